import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OPERATIONS_PAGE, operationsPage } from '../docs/operations-page.ts';
import { reasonsIn } from '../docs/opaque-reasons.ts';

const test = suite('the page of operations');

test('it is what `pnpm docs:operations` makes of the rules', async () => {
  assert.is(
    await readFile(OPERATIONS_PAGE, 'utf8'),
    await operationsPage(),
    'stale; run pnpm docs:operations',
  );
});

test('reasons are read out of the rules as people get to see them', () => {
  const source = `
    if (a) throw new NoRule('it joins nothing');
    if (b) return noRule(
      \`it pads with mode "\${mode}", \${list.map((x) => x).join()}\`,
    );
    if (c) return noRule("none of the layer's inputs");
    return noRule(error.message) ?? noRule('it joins nothing');`;
  assert.equal(reasonsIn(source), [
    'it joins nothing',
    'it pads with mode …, …',
    "none of the layer's inputs",
  ]);
});

test.run();
