import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '@ablation-cam/tools/chromium';
import { buildSite, type SiteSizes } from '../../src/server/build.ts';
import { readSite } from '../../src/server/read-site.ts';
import { serve, type Server } from '../../src/server/serve.ts';

/** The viewer, built and served for tests. */
export interface ViewerSite {
  readonly url: string;
  readonly sizes: SiteSizes;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The files that a first visit fetches, as the build counts them. */
  readonly first: readonly string[];
  /** Opens a page of its own, with everything it may not do recorded. */
  open(options?: OpenOptions): Promise<ViewerPage>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Of another server than that of the suite. */
  readonly url?: string;
  /** Whether the page is kept for visits without a network; elsewhere that would cost every test its time. */
  readonly keepsPage?: boolean;
  readonly hash?: string;
  /** Runs in the worker before its own script. */
  readonly workerPrelude?: string;
  /** Runs in the page before its own scripts. */
  readonly pagePrelude?: string;
  /** Whether the expert settings are shown, as for most tests. */
  readonly isExpert?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Whether it is touched, as on a phone. */
  readonly isPhone?: boolean;
}

export interface ViewerPage {
  readonly page: Page;
  /** Errors in the console, uncaught errors, and requests to anywhere else. */
  readonly complaints: readonly string[];
  /** The addresses of everything that page and worker asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Long enough for a busy machine with a software GPU. */
const TIMEOUT_MS = 60_000;

/** A camera that shows a moving pattern, and that every page may use. */
const FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Pages without an address of their own keep nothing. */
const EXPERT = `try { localStorage.setItem('ablation-cam-viewer expert', 'yes'); } catch {}`;

type Built = Pick<ViewerSite, 'files' | 'sizes' | 'first'>;
let built: Promise<Built> | null = null;

/** @param extra arguments of the browser */
export async function openSite(extra: readonly string[] = []): Promise<ViewerSite> {
  const { files, sizes, first } = await (built ??= buildOnce());
  const server: Server = await serve(files, 0);
  const browser = await launchChromium([...FAKE_CAMERA, ...extra]);
  return {
    url: server.url,
    sizes,
    files,
    first,
    open: ({ url = server.url, ...options } = {}) => openPage(browser, url, options),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function buildOnce(): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-viewer-'));
  try {
    const { sizes, first } = await buildSite(folder);
    return { files: await readSite(folder), sizes, first };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function openPage(browser: Browser, url: string, options: OpenOptions): Promise<ViewerPage> {
  const { hash = '', workerPrelude, pagePrelude, colorScheme = 'light', viewport, isPhone = false } = options;
  const context = await browser.newContext({
    colorScheme,
    acceptDownloads: true,
    serviceWorkers: options.keepsPage ? 'allow' : 'block',
    // The locale of the machine may be one that browsers do not know, such as `C.UTF-8`.
    locale: 'en-US',
    viewport: viewport ?? { width: 1280, height: 720 },
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  if (options.isExpert !== false) await context.addInitScript(EXPERT);
  if (pagePrelude !== undefined) await context.addInitScript(pagePrelude);
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Service Worker registration blocked')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  context.on('request', (request) => {
    const address = request.url();
    requests.push(address);
    if (!address.startsWith(url) && !/^(data|blob):/.test(address)) complaints.push(`request: ${address}`);
  });
  if (workerPrelude !== undefined) {
    await context.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${workerPrelude};\n${await response.text()}` });
    });
  }
  await page.goto(url + hash);
  return { page, complaints, requests, close: () => context.close() };
}

/** Waits until what is shown is what is wanted. */
export async function explained(page: Page): Promise<void> {
  // What was just done reaches the page with the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await page.locator('main[aria-busy=false] .stage :is(img, canvas)').first().waitFor();
}

/** Drops files onto the page, as from a file manager. */
export async function drop(
  page: Page,
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  const encoded = files.map(({ name, bytes }) => ({ name, text: Buffer.from(bytes).toString('base64') }));
  await page.evaluate((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.querySelector('.page')?.dispatchEvent(event);
  }, encoded);
}

/** What the JSON file holds that the page saves. */
export interface SavedExplanation {
  readonly input: string;
  readonly output?: string;
  readonly classIndex: number;
  readonly className: string | null;
  readonly layer: string;
  /** Null for a network that stops at its logits. */
  readonly probabilities: readonly number[] | null;
  readonly weights: readonly number[];
  readonly ablatedScores: readonly (readonly number[])[];
  readonly logits: readonly number[];
  readonly channels: number;
  readonly score: string;
  readonly map: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly mapSigned: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly executor: string;
}

/** Saves the numbers that are shown and reads them. */
export async function savedNumbers(page: Page): Promise<SavedExplanation> {
  return JSON.parse(await savedText(page, 'Save numbers')) as SavedExplanation;
}

/** Saves what is shown as a page and reads it. */
export function savedReport(page: Page): Promise<string> {
  return savedText(page, 'Save report');
}

async function savedText(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  // What is told of it moves the page below.
  await page.getByText('was saved').waitFor();
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
