/** Settings, with the place of what is wrong, and the files that they name. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDiagnostic } from '../../engine/base/diagnostic.js';
import { loadConfig, type Config, type ConfigInput } from '../config.js';
import { reasonOf } from '../reason-of.js';
import { CommandError } from '../exit.js';
import { givenTls, refuseOpenAddress } from '../serve/given-tls.js';
import { isLoopback } from '../serve/listen-address.js';
import { SETTING_NAMES, showSetting } from '../settings.js';
import type { Finding } from './finding.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Certificates are renewed a month before their end. */
const RENEW_DAYS = 30;

export function checkConfiguration(input: ConfigInput, nowMs: number): readonly Finding[] {
  const loaded = loadConfig(input);
  if (!loaded.ok) {
    return loaded.error.map((diagnostic) => ({
      topic: 'configuration',
      grade: 'fail',
      says: formatDiagnostic(diagnostic),
      advice: 'Correct it: the server does not start with it. chainsight config lists every setting.',
    }));
  }
  const config = loaded.value;
  const set = SETTING_NAMES.filter((name) => config.origins[name] !== 'default');
  return [
    {
      topic: 'configuration',
      grade: 'ok',
      says: `${config.file ?? 'no file'}: ${set.length === 0 ? 'every setting is the default' : `${set.length} settings differ from the default`}`,
      figures: Object.fromEntries(set.map((name) => [name, config.origins[name]])),
    },
    ...checkFolders(config),
    ...checkListening(config, nowMs),
  ];
}

function checkFolders({ values, origins }: Config): readonly Finding[] {
  const names = ['rules.packs', 'plugins.folders'] as const;
  return names.flatMap((name) =>
    values[name]
      .filter((folder) => !existsSync(folder))
      .map((folder): Finding => ({
        topic: 'configuration',
        grade: 'fail',
        says: `${name} (${origins[name]}) names ${folder}, which is not there`,
        advice: 'Correct the path, or take it out.',
      })),
  );
}

function checkListening(config: Config, nowMs: number): readonly Finding[] {
  const { dataFolder, values, origins } = config;
  const address = values['listen.http'];
  const isMade = values['tls.generate'];
  let isGiven: boolean;
  try {
    isGiven = givenTls(config) !== undefined;
    refuseOpenAddress(config, isGiven || isMade);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      {
        topic: 'configuration',
        grade: 'fail',
        says: error.message.replace(/\.$/, ''),
        advice:
          'The server does not start with it. Name a certificate and its own key, both PEM, with tls.cert and tls.key.',
      },
    ];
  }
  if (isGiven) return [checkCertificate(values['tls.cert'], values['tls.key'], nowMs)];
  const [madeCert, madeKey] = ['cert.pem', 'key.pem'].map((name) => join(dataFolder, 'tls', name)) as [string, string];
  if (isMade && existsSync(madeCert)) return [checkCertificate(madeCert, madeKey, nowMs)];
  if (isLoopback(address.host) || !values.insecure) return [];
  return [
    {
      topic: 'configuration',
      grade: 'warn',
      says: `${showSetting(address)} (${origins['listen.http']}) is open to others without TLS, because insecure is set (${origins.insecure})`,
      advice:
        'Fine where a proxy in front speaks TLS. Otherwise set tls.cert and tls.key: passwords cross the network in the clear.',
    },
  ];
}

function checkCertificate(certPath: string, keyPath: string, nowMs: number): Finding {
  const topic = 'configuration';
  const advice = 'Name a certificate and its own key, both PEM, with tls.cert and tls.key.';
  try {
    const certificate = new X509Certificate(readFileSync(certPath));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyPath))))
      return { topic, grade: 'fail', says: `${keyPath} is not the key of ${certPath}`, advice };
    const days = Math.floor((Date.parse(certificate.validTo) - nowMs) / DAY_MS);
    const figures = { validTo: certificate.validTo, days };
    if (days < 0)
      return {
        topic,
        grade: 'fail',
        says: `the certificate ${certPath} ended on ${certificate.validTo}`,
        advice: 'Renew it.',
        figures,
      };
    const says = `the certificate ${certPath} is good for ${days} days`;
    return days < RENEW_DAYS
      ? { topic, grade: 'warn', says, advice: 'Renew it and start the server again.', figures }
      : { topic, grade: 'ok', says, figures };
  } catch (error) {
    return { topic, grade: 'fail', says: `${certPath} or ${keyPath} cannot be used: ${reasonOf(error)}`, advice };
  }
}
