import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classificationMetrics } from '../src/evaluation/classification-metrics.ts';
import { evaluationPlots } from '../src/evaluation/plots/evaluation-plots.ts';
import { darkPalette } from '../src/evaluation/plots/palette.ts';
import { classNameSets, simulatedEvaluation, simulatedHistory } from './support/simulated-evaluation.ts';

/** Rounding of positions, and anti-aliased edges. */
const SLACK = 1;

/** Puts an SVG document on the page, as a browser opens it from a file. */
function show(svg: string): SVGSVGElement {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  assert.is(parsed.querySelector('parsererror'), null, 'the SVG is well-formed XML');
  const root = document.importNode(parsed.documentElement, true);
  assert.instance(root, SVGSVGElement);
  document.body.append(root);
  return root as unknown as SVGSVGElement;
}

interface Label {
  readonly text: string;
  readonly box: DOMRect;
  readonly slanted: boolean;
}

function labels(root: SVGSVGElement): Label[] {
  const texts = [...root.querySelectorAll('text')]
    .filter((element) => element.textContent.trim() !== '')
    .map((element) => ({
      text: element.textContent,
      box: element.getBoundingClientRect(),
      slanted: (element.getAttribute('transform') ?? '').includes('rotate(-45'),
    }));
  assert.ok(
    texts.every(({ box }) => box.width > 1),
    'the browser has a font',
  );
  return texts;
}

/** Whether glyphs may touch: boxes include a leading of about a quarter of the line, which may be shared. */
function overlap(a: DOMRect, b: DOMRect): boolean {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > SLACK && down > Math.max(SLACK, Math.min(a.height, b.height) / 4);
}

const test = suite('plots of an evaluation');

for (const [name, classNames] of Object.entries(classNameSets)) {
  test(`cut off no text and let no texts overlap: ${name}`, async () => {
    const result = simulatedEvaluation(classNames, { missingClass: classNames.length === 6 ? 2 : -1 });
    const plots = await evaluationPlots(result, simulatedHistory(45));
    assert.is(plots.length, 8);
    for (const plot of plots) {
      const root = show(plot.svg);
      const frame = root.getBoundingClientRect();
      const texts = labels(root);
      assert.ok(texts.length > 4, `${plot.name} has texts`);
      texts.forEach(({ text, box, slanted }, i) => {
        const inside =
          box.left >= frame.left - SLACK &&
          box.right <= frame.right + SLACK &&
          box.top >= frame.top - SLACK &&
          box.bottom <= frame.bottom + SLACK;
        assert.ok(inside, `${plot.name}: "${text}" is inside the figure`);
        for (const other of texts.slice(i + 1)) {
          // The boxes of parallel slanted texts overlap though the texts do not.
          if (slanted && other.slanted) continue;
          assert.not.ok(overlap(box, other.box), `${plot.name}: "${text}" lies over "${other.text}"`);
        }
      });
      root.remove();
    }
  });
}

test('need no style sheet, script or file from elsewhere', async () => {
  for (const { svg } of await evaluationPlots(simulatedEvaluation(['a', 'b']), [], darkPalette)) {
    const elsewhere = svg
      .replaceAll('http://www.w3.org/2000/svg', '')
      .match(/https?:|<script|<image|href=|@import|url\(/g);
    assert.is(elsewhere, null);
  }
});

test('draw no training curves without a history', async () => {
  const plots = await evaluationPlots(simulatedEvaluation(['a', 'b']));
  assert.equal(
    plots.map(({ name }) => name),
    ['confusion-matrix', 'confusion-matrix-normalised', 'roc-curves', 'roc-curves-corner', 'class-accuracy'],
  );
});

test('leave out the corner of ROC curves that do not reach it', async () => {
  const names = async (labels: number[], scores: number[]) => {
    const plots = await evaluationPlots(classificationMetrics(labels, scores, ['a', 'b']));
    return plots.map(({ name }) => name).filter((name) => name.startsWith('roc'));
  };
  const wrong = [0.4, 0.6, 0.6, 0.4];
  assert.equal(await names([0, 1], wrong), ['roc-curves']);
  assert.equal(await names([1, 0], wrong), ['roc-curves', 'roc-curves-corner']);
});

test('name the AUC of every class and both means in the legend', async () => {
  const result = simulatedEvaluation(['a', 'b', 'c'], { missingClass: 1 });
  const plots = await evaluationPlots(result);
  const root = show(plots.find(({ name }) => name === 'roc-curves')!.svg);
  const texts = labels(root).map(({ text }) => text);
  assert.ok(texts.includes(`a (AUC ${result.classes[0]!.auc!.toFixed(4)})`));
  assert.ok(texts.includes('b (AUC undefined)'));
  assert.ok(texts.includes(`micro mean (AUC ${result.means.micro.auc!.toFixed(4)})`));
  assert.ok(texts.includes(`macro mean (AUC ${result.means.macro.auc!.toFixed(4)})`));
  root.remove();
});

test.run();
