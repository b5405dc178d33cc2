import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { graphModelRules } from '../src/graph-model/rules/table.ts';
import { checkGraphModel } from './support/graph-model/check-graph-model.ts';
import { drawnModel, graphModelDraws } from './support/graph-model/draws/table.ts';

/** Of each operator. */
const MODELS = 6;

const test = suite('every operator of GraphModels with a rule, drawn at random, against GraphModel.predict');

test.before(async () => {
  await tf.setBackend('cpu');
});

const planned = Object.keys(graphModelRules);

test('each operator with a rule is drawn', () => {
  assert.equal(Object.keys(graphModelDraws).sort(), planned.toSorted());
});

for (const op of planned) {
  test(op, async () => {
    for (let seed = 0; seed < MODELS; seed++) {
      const { builder, dims } = drawnModel(op, seed);
      try {
        await checkGraphModel(builder, [dims]);
      } catch (error) {
        const what = `seed ${String(seed)}, [${dims.join(', ')}]: ${JSON.stringify(builder.nodes)}`;
        throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

test.run();
