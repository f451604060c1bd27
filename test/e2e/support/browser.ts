/** Debian's Chromium, driven without a download of its own. Every page is watched: a dialog, a foreign request, a policy report or an error is kept. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Without windows, and with them. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path)) ?? 'chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Builds the console if it is older than its sources. */
export function buildConsole(): void {
  const built = join(ROOT, 'dist/console/index.html');
  const newest = (folder: string): number =>
    Math.max(
      ...readdirSync(folder, { withFileTypes: true, recursive: true }).map(
        (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
      ),
    );
  if (existsSync(built) && statSync(built).mtimeMs > newest(join(ROOT, 'console'))) return;
  execFileSync('npx', ['vite', 'build', '--config', 'console/vite.config.ts', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
}

export interface Watched {
  readonly page: Page;
  /** Dialogs, foreign requests, policy violations, page errors: all must stay empty. */
  readonly wrongs: string[];
}

export interface PageOptions {
  readonly language?: 'en' | 'zh-CN';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly touch?: boolean;
  /** Of the browser; UTC where it does not matter. */
  readonly zone?: string;
}

export async function openPage(browser: Browser, origin: string, options: PageOptions = {}): Promise<Watched> {
  const settings: BrowserContextOptions = {
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    locale: options.language ?? 'en',
    timezoneId: options.zone ?? 'UTC',
    reducedMotion: 'reduce',
    hasTouch: options.touch ?? false,
    // axe is injected as a script, which the policy forbids; violations are still reported by the pages' own run.
    bypassCSP: false,
  };
  const context = await browser.newContext(settings);
  await context.addInitScript(
    ([language, theme]) => {
      if (window.top !== window) return;
      localStorage.setItem('chainsight.preferences', JSON.stringify({ language, theme }));
    },
    [options.language ?? 'en', options.theme ?? 'light'],
  );
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => wrongs.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // What a test makes the server refuse is reported here too; only policy and script troubles count.
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
      wrongs.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      wrongs.push(`request: ${request.url()}`);
  });
  page.on('popup', () => wrongs.push('popup'));
  return { page, wrongs };
}

/** Rules broken at WCAG 2.2 AA, as `rule: first element`, empty where all is well. */
export async function axeProblems(page: Page): Promise<string[]> {
  // Evaluated by the driver, which the page's policy does not bind.
  const { readFileSync } = await import('node:fs');
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: {
          run(
            root: Document,
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      }
    ).axe;
    const result = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { region: { enabled: false } },
    });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} — ${node.failureSummary.slice(0, 200)}`),
    );
  });
}
