/** The plugins of a running server: where they are found, what they may ask, and how what they learn later reaches the log. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LiveService } from '../../app/live/live-service.js';
import type { Exception } from '../../engine/score/exception.js';
import { createPluginHost, type PluginHost } from '../../plugin-host/plugin-host.js';
import { BUNDLED_PLUGINS, JUDGES } from '../../plugins/index.js';
import type { ServerLogger } from '../../server/parts.js';
import { pluginCachePath, pluginFolder, pluginMemoryPath } from '../data-folder.js';
import { programRoot } from '../program-root.js';
import { configuredPlugins } from '../judges.js';
import type { DetectionThreadData } from './detection/messages.js';

/** @param live  plugins are made before it, because it is made with them. What one says of its own accord until then is not heard */
export function startPlugins(
  { config: { dataFolder, values }, partition }: Pick<DetectionThreadData, 'config' | 'partition'>,
  live: () => LiveService | undefined,
  logger: ServerLogger,
): Promise<PluginHost> {
  for (const plugin of values['plugins.off'].filter((name) => !JUDGES.some((judge) => judge.name === name)))
    logger.warn({ plugin }, 'is named in plugins.off, and is none of the plugins that are on by themselves');
  return createPluginHost({
    judges: JUDGES,
    bundled: BUNDLED_PLUGINS,
    policy: configuredPlugins(values),
    on: values['plugins.on'],
    settings: values['plugins.settings'],
    folders: [pluginFolder(dataFolder), ...values['plugins.folders']],
    cacheFolder: pluginCachePath(dataFolder),
    sdk: join(programRoot(), 'dist', 'plugin-sdk.js'),
    workerProgram: pathToFileURL(join(programRoot(), 'dist', 'plugin-worker.js')),
    outside: {
      memoryFile: pluginMemoryPath(dataFolder, partition),
      isAllowedHash: (hash) =>
        live()
          ?.policy.exceptions()
          .some((exception) => coversHash(exception, hash)) ?? true,
    },
    isReplaying: () => live()?.isReplaying ?? true,
    onFinding(finding) {
      live()
        ?.addFinding(finding)
        .catch((error: unknown) =>
          logger.error({ err: error, plugin: finding.plugin }, 'what a plugin learned could not be kept'),
        );
    },
    tell: (name, message, level) => logger[level]({ plugin: name }, message),
  });
}

function coversHash({ scope, value }: Exception, hash: string): boolean {
  return scope === 'hash' && value.toLowerCase() === hash;
}

/** Plugins hear of the rules now and after each reload. @returns a function that ends it */
export function tellRules(host: PluginHost, live: LiveService): () => void {
  const tell = (): void => host.rulesLoaded(live.policy.rules().rules);
  tell();
  return live.notices.subscribe((notice) => {
    if (notice.kind === 'policy' && notice.what === 'rules') tell();
  });
}
