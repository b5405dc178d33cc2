import { suite } from 'uvu';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@ablation-cam/tools/testing';
import { planTail, referenceExecutor, type Executor } from '@ablation-cam/kernels';
import {
  extractTail,
  layerCandidates,
  layerGraph,
  resolveTarget,
  runLayerGraph,
  useBackend,
} from '@ablation-cam/model';
import { tfjsExecutor } from '../src/executors/tfjs/tfjs-executor.ts';
import { exactAblation } from './support/exact-ablation.ts';
import { randomModel } from './support/random-model.ts';

/** How many models; a long run asks for more than every run can afford: `ABLATION_CAM_MODELS=2000`. */
const MODELS = Number(process.env['ABLATION_CAM_MODELS'] ?? 60);

const EXECUTORS: readonly Executor[] = [tfjsExecutor(), referenceExecutor()];

const test = suite('executors on random models');

test.before(async () => {
  await useBackend('wasm');
});

test('weigh the channels of any layer as the naive loop does in float64', async () => {
  for (let seed = 1; seed <= MODELS; seed++) await checkModel(seed);
});

async function checkModel(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const model = randomModel(random);
  try {
    const graph = layerGraph(model);
    const { name } = random.pick(layerCandidates(graph));
    const target = resolveTarget(graph, { layer: name });
    const { tail, tensors, logits } = await extractTail(graph, target.tensor);
    const feeds = new Map(
      graph.inputs.map((id) => {
        const shape = [1, ...(graph.tensors[id]?.shape ?? [])].map((size) => size ?? 1);
        return [id, tf.tensor(random.floats(shape.reduce((a, b) => a * b, 1)), shape)];
      }),
    );
    const constants = tail.nodes.flatMap(({ operation }, node) =>
      operation.kind === 'constant' ? [node] : [],
    );
    const ids = [target.tensor, logits, ...constants.map((node) => tensors[node] ?? -1)];
    const fetched = runLayerGraph(graph, feeds, ids);
    const data = await Promise.all(fetched.map((tensor) => tensor.data<'float32'>()));
    tf.dispose([...fetched, ...feeds.values()]);

    const channels = target.shape.at(-1) ?? 1;
    const off = random.pick([new Float32Array(channels), random.floats(channels)]);
    const constantValues = new Map(constants.map((node, i) => [node, data[i + 2] ?? new Float32Array()]));
    const activation = data[0] ?? new Float32Array();
    const exact = exactAblation(tail, new Map([[tail.target, activation], ...constantValues]), off);
    for (const executor of EXECUTORS) {
      const before = tf.memory().numTensors;
      const prepared = await executor.prepare(planTail(tail));
      const { weights } = await prepared.run({
        inputs: 1,
        activation,
        logits: Float32Array.from(exact.logits),
        ablation: { kind: 'values', values: off },
        score: 'probability',
        weighting: 'relative-drop',
        norm: 2,
        classes: 'predicted',
        constants: constantValues,
      });
      prepared.dispose();
      const what = `seed ${String(seed)}, ${executor.name} executor, layer "${name}"`;
      assertWeights(weights, exact, channels, `${what}\n${describeModel(model)}`);
      if (tf.memory().numTensors !== before) throw new Error(`${what}: tensors are left over`);
    }
  } finally {
    model.dispose();
  }
}

/** Each class by itself: within 1e-4 of its largest absolute weight, and 2e-6. */
function assertWeights(
  weights: Float32Array,
  exact: ReturnType<typeof exactAblation>,
  channels: number,
  what: string,
): void {
  const classes = exact.logits.length;
  for (let c = 0; c < classes; c++) {
    const expected = Array.from({ length: channels }, (_, k) => exact.weights[k * classes + c] ?? NaN);
    const allowed = 2e-6 + 1e-4 * Math.max(...expected.map(Math.abs));
    expected.forEach((weight, k) => {
      const found = weights[k * classes + c] ?? NaN;
      if (Math.abs(found - weight) <= allowed) return;
      throw new Error(
        `${what}\nthe weight of channel ${String(k)} for class ${String(c)} is ${String(found)}, expected ` +
          `${String(weight)} within ${String(allowed)} (score ${String(exact.scores[c])}, logit ${String(exact.logits[c])})`,
      );
    });
  }
}

function describeModel(model: tf.LayersModel): string {
  return model.layers
    .map((layer) => `${layer.getClassName()} ${JSON.stringify(layer.getConfig())}`)
    .join('\n');
}

test.run();
