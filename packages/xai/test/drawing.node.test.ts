import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '@ablation-cam/tools/bundle';
import { launchChromium } from '@ablation-cam/tools/chromium';
import { FONT_FAMILY, textWidth } from '../src/drawing/svg/text.ts';
import { awkwardDrawings } from './support/drawings.ts';
import { pictureOf } from './support/picture.ts';

const test = suite('drawings in Node');

test('a browser makes the same SVG, to the last character', async () => {
  const { outputFiles = [] } = await bundleToRun('browser', {
    stdin: {
      contents: `
        import { awkwardDrawings } from './support/drawings.ts';
        globalThis.drawings = awkwardDrawings();
      `,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    format: 'iife',
    splitting: false,
    outdir: 'unused',
    write: false,
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0]!.text });
    const inBrowser = await page.evaluate<Record<string, string>>('drawings');
    const inNode = awkwardDrawings();
    assert.equal(Object.keys(inBrowser), Object.keys(inNode));
    for (const [name, svg] of Object.entries(inNode)) assert.ok(inBrowser[name] === svg, name);
  } finally {
    await browser.close();
  }
});

test('texts are as wide as they are measured', async () => {
  const size = 40;
  const texts = ['Ablation-CAM of conv2d_3', 'lymphocytes 0.98', 'WAVE @ 50 %', '"fi" {[~|^\\]} #&<>*'];
  for (const text of texts) {
    for (const bold of [false, true]) {
      const escaped = text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
      // Between two bars, so that the side bearings of the outer letters count as well.
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="60" font-family="${FONT_FAMILY}"><rect width="1200" height="60" fill="#fff"/><text y="45" font-size="${size}" font-weight="${bold ? 'bold' : 'normal'}" xml:space="preserve">|${escaped}|</text></svg>`;
      const picture = await pictureOf(svg);
      const inked = Array.from({ length: picture.width }, (_, x) => x).filter((x) =>
        Array.from({ length: picture.height }, (_, y) => picture.at(x, y)[0]!).some((value) => value < 128),
      );
      const bars = textWidth('|', { size, bold });
      const measured = textWidth(text, { size, bold }) + bars;
      const found = inked.at(-1)! - inked[0]!;
      // Kerning moves letters of some pairs closer together.
      assert.ok(Math.abs(found - measured) <= 0.02 * measured + 2, `${text}: ${found}, measured ${measured}`);
    }
  }
});

test.run();
