import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { modelFiles } from '@ablation-cam/model';
import { assertClose } from '@ablation-cam/tools/testing';
import { serve } from '../src/server/serve.ts';
import { overflowOf, violationsOf } from './support/axe.ts';
import { imageModel, testImage } from './support/image-model.ts';
import { explained, savedNumbers, savedReport } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';
import { SHOWN } from './support/tolerance.ts';

const { test, site, onPage } = viewerSuite('showing the viewer to others');

/** Another server, with files that any page may read. */
let others: { readonly server: Server; readonly url: string };

test.before(async () => {
  const model = imageModel();
  const files = new Map((await modelFiles(model)).map(({ name, bytes }) => [name, bytes]));
  model.dispose();
  files.set('blobs.png', testImage());
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const frame = `<!doctype html><title>A lecture</title><script src="${site().url}embed.js"></script>
      <ablation-cam-viewer sample="textures:3" style="height:600px"></ablation-cam-viewer>`;
    if (name === 'lecture.html') response.setHeader('content-type', 'text/html');
    response.setHeader('access-control-allow-origin', '*');
    const body = name === 'lecture.html' ? frame : files.get(name);
    response.writeHead(body === undefined ? 404 : 200);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  others = { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
});

test.after(() => {
  others.server.close();
});

test('Back undoes the choice of a class, an input and a network', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    await page.locator('.class').nth(6).click();
    await page.getByRole('button', { name: /^Sample 4:/ }).click();
    await explained(page);
    await page.getByRole('list', { name: 'Networks' }).getByRole('button', { name: 'Textures' }).click();
    await page.getByRole('button', { name: /^Sample 14:/ }).waitFor();
    await explained(page);
    const back = async (): Promise<readonly unknown[]> => {
      await page.goBack();
      await explained(page);
      const { input, classIndex } = await savedNumbers(page);
      return [input, classIndex];
    };
    assert.equal(await back(), ['mnist1d:4', 4]);
    assert.equal(await back(), ['mnist1d:0', 6]);
    assert.equal(await back(), ['mnist1d:0', 2]);
    await page.goForward();
    await explained(page);
    assert.is((await savedNumbers(page)).classIndex, 6);
  }));

test('the report is one page that needs nothing else', () =>
  onPage({ hash: '#sample=textures:3' }, async ({ page }) => {
    await explained(page);
    const saved = await savedNumbers(page);
    const text = await savedReport(page);
    assert.match(text, /^<!doctype html>/);
    assert.match(text, new RegExp(`says\\s+<b>${saved.className ?? ''}</b>`));
    assert.not.match(text.replaceAll('http://www.w3.org/', ''), /(src|href)="?https?:|<script|url\(http/);
    const [, numbers = ''] = /href="data:application\/json,([^"]+)"/.exec(text) ?? [];
    const kept = JSON.parse(decodeURIComponent(numbers.replaceAll('&#39;', "'"))) as { weights: number[] };
    assertClose(kept.weights, saved.weights, SHOWN);
  }));

test('the report can be read at every width, in the words of the page', () =>
  onPage({ hash: '#sample=mnist1d:0' }, async ({ page }) => {
    await explained(page);
    const text = await savedReport(page);
    const report = await page.context().newPage();
    await report.setContent(text);
    for (const width of [1440, 390, 320]) {
      await report.setViewportSize({ width, height: 800 });
      const seen = await report.evaluate(() => {
        const tops = [...document.querySelectorAll('tbody tr + tr > *')].map(
          (cell) => getComputedStyle(cell).borderTopWidth,
        );
        const drawn = [...document.querySelectorAll<SVGGraphicsElement>('svg text')].filter((each) =>
          each.checkVisibility(),
        );
        const sizes = drawn.map((each) => {
          const { a, b } = each.getScreenCTM() ?? new DOMMatrix();
          return parseFloat(getComputedStyle(each).fontSize) * Math.hypot(a, b);
        });
        const tables = [...document.querySelectorAll('table')].map((table) => table.offsetWidth);
        const ramp = document.querySelector<HTMLElement>('.legend i')?.offsetWidth ?? 0;
        return { tops, ramp, smallest: Math.min(...sizes), drawn: drawn.length, widest: Math.max(...tables) };
      });
      assert.ok((await overflowOf(report)) <= 0, `as wide as ${width}`);
      assert.ok(seen.drawn > 5);
      // Smaller letters of a drawing are guessed rather than read.
      assert.ok(seen.smallest >= 10, `${seen.smallest} pixels at ${width}`);
      assert.ok(seen.ramp >= (width > 360 ? 90 : 45), `colors on ${seen.ramp} pixels at ${width}`);
      // A name and its number are seen together.
      assert.ok(seen.widest <= 640, `${seen.widest} pixels at ${width}`);
      assert.equal([...new Set(seen.tops)], ['1px']);
    }
    const words = await report.locator('body').innerText();
    assert.match(words, 'Why MNIST-1D calls test sample 0 “2”');
    assert.match(words, 'relative drop');
    assert.not.match(words, /mnist1d:|relative-drop|tfjs/);
    await report.close();
  }));

test('a model and an image of another server are fetched when the user agrees and the server lets the page', async () => {
  const query = `?model=${others.url}model.json&image=${others.url}blobs.png`;
  const shut = await site().open({ hash: query });
  await shut.page.getByRole('region', { name: 'A question' }).getByText(others.url.slice(0, -1)).waitFor();
  assert.is(shut.complaints.length, 0, 'nothing is fetched before it is agreed to');
  await shut.page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await shut.page
    .getByRole('alert')
    .filter({ hasText: 'Start it with --fetch-from http://127.0.0.1:' })
    .waitFor();
  await shut.close();

  const open = await serve(site().files, 0, { fetchFrom: [new URL(others.url).origin] });
  const viewer = await site().open({ url: open.url, hash: query });
  try {
    await viewer.page.getByRole('button', { name: 'Fetch', exact: true }).click();
    await viewer.page.getByText('blobs.png').first().waitFor();
    await explained(viewer.page);
    assert.is((await savedNumbers(viewer.page)).input, 'blobs.png');
    assert.equal(
      viewer.complaints.filter((complaint) => !complaint.includes(others.url)),
      [],
    );
  } finally {
    await viewer.close();
    open.close();
  }
});

test("the embedded view is in nobody's way, on narrow screens as well", () =>
  onPage({ hash: '?embed=1#sample=textures:3', viewport: { width: 320, height: 640 } }, async ({ page }) => {
    await explained(page);
    assert.equal(await violationsOf(page), []);
    assert.ok((await overflowOf(page)) <= 0);
  }));

test('a page of another server embeds the viewer with an element', async () => {
  const viewer = await site().open({ url: others.url, hash: 'lecture.html' });
  const { page } = viewer;
  try {
    const frame = page.frameLocator('iframe');
    await frame.locator('.verdict').getByText('The network says').waitFor();
    await frame.locator('.class').nth(1).click();
    assert.is(await frame.locator('[role=tablist], .layers, .choose').count(), 0);
  } finally {
    await viewer.close();
  }
});

test('a page opened as a file says what is wrong', async () => {
  const viewer = await site().open({ url: 'file:///', hash: '' });
  const { page } = viewer;
  try {
    const html = new TextDecoder().decode(site().files.get('index.html'));
    const script = new TextDecoder().decode(site().files.get('check-origin.js'));
    await page.setContent(
      html.replace(/<script src="check-origin.js"><\/script>/, `<script>${script}</script>`),
    );
    await page.getByRole('alert').filter({ hasText: 'opened as a file' }).waitFor();
  } finally {
    await viewer.close();
  }
});

test('a second visit works without the server, and a new version comes as a whole or not at all', async () => {
  let server = await serve(site().files, 0);
  const port = Number(new URL(server.url).port);
  const viewer = await site().open({ url: server.url, hash: '#sample=mnist1d:0', keepsPage: true });
  const { page } = viewer;
  try {
    const visit = async (): Promise<void> => {
      await page.goto('about:blank');
      await page.goto(`${server.url}#sample=mnist1d:0`);
      await explained(page);
    };
    const style = (): Promise<string> =>
      page.evaluate(() => fetch('style.css').then((answer) => answer.text()));
    const updated = (): Promise<boolean> =>
      page.evaluate(() =>
        navigator.serviceWorker
          .getRegistration()
          .then((registration) => registration?.update())
          .then(
            () => true,
            () => false,
          ),
      );
    await explained(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    server.close();
    await visit();
    assert.match(await page.locator('.verdict').innerText(), 'The network says 2');

    const old = site().files.get('style.css') ?? new Uint8Array();
    const next = new TextEncoder().encode(`${new TextDecoder().decode(old)}/* next */`);
    const worker = new TextDecoder()
      .decode(site().files.get('service-worker.js'))
      .replace(hashOf(old), hashOf(next))
      .replaceAll(/"[\w-]{12}"/g, '"nextversion1"');
    const mixed = new Map([...site().files, ['service-worker.js', new TextEncoder().encode(worker)]]);
    server = await serve(mixed, port);
    await updated();
    await visit();
    assert.not.match(await style(), 'next');
    server.close();

    server = await serve(new Map([...mixed, ['style.css', next]]), port);
    await updated();
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      while (!registration?.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
    });
    assert.not.match(await style(), 'next', 'an open page stays what it is');
    server.close();
    await visit();
    await page.waitForFunction(() =>
      fetch('style.css').then(async (answer) => (await answer.text()).includes('next')),
    );
    await explained(page);
  } finally {
    await viewer.close();
    server.close();
  }
});

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

test.run();
