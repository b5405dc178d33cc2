import { fuzzHere, type FuzzReport } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from '../src/index.ts';
import { makeSubject } from './fuzz/subject.ts';
import { fuzzedModels } from './support/fuzz/fuzzed-models.ts';

const test = suite('damaged files');

/** Of each kind; `pnpm test:fuzz` makes more of them, in processes of their own. */
const MUTATIONS = 60;

function assertHarmless({ read, refused, faults }: FuzzReport): void {
  assert.equal(faults, []);
  assert.ok(read > 0 && refused > read, `${String(read)} read, ${String(refused)} refused`);
}

test('pictures, arrays, class names and checkpoints are read or refused in a sentence', async () => {
  assertHarmless(await fuzzHere(await makeSubject(), MUTATIONS, 1));
});

test('models of every format are loaded or refused in a sentence, and leave no tensor', async () => {
  const { held } = await makeSubject();
  const targets = (await fuzzedModels()).map(({ name, files }) => ({
    name,
    read: async (seed: number) => {
      (await loadModel(files(seed))).dispose();
    },
  }));
  assertHarmless(await fuzzHere({ targets, ...(held && { held }) }, MUTATIONS, 1));
});

test.run();
