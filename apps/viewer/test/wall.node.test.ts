import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { readInput, textureClassNames } from '@ablation-cam/model';
import { overflowOf, violationsOf } from './support/axe.ts';
import { explained, savedNumbers } from './support/viewer-page.ts';
import { viewerSuite } from './support/viewer-suite.ts';
import * as assert from 'uvu/assert';

const { test, onPage } = viewerSuite('many inputs in the viewer');

const COUNT = 60;
/** Samples that lie in the folder of another class. */
const MISPLACED = [7, 31];

test('a folder becomes a wall: what the network says of each, errors first, a click opens one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-wall-'));
  try {
    const classes = textureClassNames.length;
    for (let index = 0; index < COUNT; index++) {
      const { original, label = 0 } = await readInput(`textures:${index}`, { shape: [64, 64, 3] });
      const { width = 0, height = 0, rgb = new Uint8Array() } = original ?? {};
      const said = MISPLACED.includes(index) ? (label + 1) % classes : label;
      const place = join(folder, textureClassNames[said] ?? '');
      await mkdir(place, { recursive: true });
      await writeFile(join(place, `${index}.png`), encode({ width, height, channels: 3, data: rgb }));
    }
    await onPage({ hash: '#sample=textures:0&panel=race' }, async ({ page }) => {
      await explained(page);
      await page.getByLabel('Open folder …').setInputFiles(folder);
      const wall = page.getByRole('region', { name: `Wall of ${COUNT} inputs` });
      const tiles = wall.locator('.tile');
      await wall.getByText(new RegExp(`of ${COUNT} right by their folders`)).waitFor();
      assert.is(await tiles.count(), COUNT);
      const marks = await tiles.evaluateAll((all) => all.map((tile) => tile.classList.contains('wrong')));
      const wrong = marks.lastIndexOf(true) + 1;
      assert.ok(wrong >= MISPLACED.length && marks.slice(0, wrong).every(Boolean), 'errors come first');
      const names = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      for (const index of MISPLACED)
        assert.ok(
          names.slice(0, wrong).some((name) => name.startsWith(`${index}.png: `)),
          names.join('\n'),
        );

      assert.equal(await violationsOf(page), []);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.ok((await overflowOf(page)) <= 0, 'as wide as a narrow page');

      await tiles.last().click();
      await explained(page);
      const saved = await savedNumbers(page);
      const [, input, said, share] = /^(.+): (.+), (.+)$/.exec(names.at(-1) ?? '') ?? [];
      assert.equal([saved.input, saved.className], [input, said]);
      const probability = 100 * (saved.probabilities?.[saved.classIndex] ?? 0);
      if (!share?.startsWith('>')) assert.is(share, `${probability.toFixed(1)} %`);

      await wall.getByLabel('Show').selectOption(String(saved.classIndex));
      const left = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute('title') ?? ''));
      assert.ok(left.length > 0 && left.length < COUNT);
      assert.ok(
        left.every((name) => name.includes(`: ${saved.className ?? ''}`)),
        left.join('\n'),
      );
      await wall.getByRole('button', { name: 'Close the wall' }).click();
      await wall.waitFor({ state: 'detached' });
      assert.is(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
