import { assertClose } from '@ablation-cam/tools/testing';
import {
  nodesBetween,
  onnxRuntimeNetworkAblation,
  type AblationOutput,
  type NetworkAblation,
  type NetworkAblationInput,
  type NodeId,
  type StepPlan,
} from '@ablation-cam/kernels';
import { continueTail } from '../../../src/forward/continue-tail.ts';
import { ON_TENSORFLOW } from '../on-tensorflow.ts';
import type { RandomCase } from './random-case.ts';

/**
 * What two ways of one program to the same weights may differ by: the map is summed in float32 in one of them, and chunks of
 * other sizes round the falls of logits otherwise, of which nothing else is left where the exact ones are 0. Weights of a
 * logit are these divided by it.
 */
const SAME = { ofLargest: 1e-5, absolute: 1e-6 };

/** Whether ONNX Runtime can take the network and the plan together. */
export function canBeginAtInput({ network: { graph }, behind, plan, ablation }: RandomCase): boolean {
  const between = nodesBetween(graph, graph.inputs, [behind.target, behind.logits]);
  return (
    plan.kind === 'steps' &&
    ablation.kind === 'values' &&
    between.every((id) => graph.nodes[id]?.operation.kind !== 'opaque')
  );
}

/**
 * Weighs from the network's inputs on, and checks that what ONNX Runtime weighs by itself is what is made of the falls of the
 * logits that it hands out. Returns the latter weights, `[inputs, classes, channels]`, and the logits, `[inputs, classes]`.
 */
export async function ablationFromInput(
  random: RandomCase,
): Promise<{ weights: Float32Array; logits: Float32Array }> {
  const { network, behind, plan, ablation, inputs, score } = random;
  if (plan.kind !== 'steps' || ablation.kind !== 'values') throw new RangeError('Not to begin at the input.');
  const prepared = await onnxRuntimeNetworkAblation(network.graph, behind, plan, () => Promise.resolve());
  const wanted: Omit<NetworkAblationInput, 'classes' | 'inputs' | 'feeds'> = {
    ...{ ablation, score, norm: 2 },
    weighting: 'relative-drop',
    continueFrom: continueTail({ network, runtime: ON_TENSORFLOW }, behind),
  };
  try {
    const weights = new Float32Array(inputs * plan.classes * plan.channels);
    const logits = new Float32Array(inputs * plan.classes);
    const most = prepared.mostInputs(inputs, 'all');
    for (let first = 0; first < inputs; first += most) {
      const count = Math.min(most, inputs - first);
      const part = { ...wanted, inputs: count, feeds: feedsOf(random, first, count) };
      const all = await prepared.run({ ...part, classes: 'all' });
      await checkWeighed(prepared, part, all, plan);
      weights.set(all.weights, first * plan.classes * plan.channels);
      logits.set(all.logits, first * plan.classes);
    }
    return { weights, logits };
  } finally {
    prepared.dispose();
  }
}

/** Some inputs of the case. */
function feedsOf({ feeds, inputs }: RandomCase, first: number, count: number): Map<NodeId, Float32Array> {
  return new Map(
    [...feeds].map(([node, values]) => {
      const size = values.length / inputs;
      return [node, values.subarray(first * size, (first + count) * size)];
    }),
  );
}

async function checkWeighed(
  prepared: NetworkAblation,
  wanted: Omit<NetworkAblationInput, 'classes'>,
  all: AblationOutput,
  { classes, tail }: StepPlan,
): Promise<void> {
  const { inputs } = wanted;
  const isLogit = wanted.score === 'logit' || tail.scoreFunction === 'linear';
  for (const selection of ['predicted', [classes - 1]] as const) {
    const own = await prepared.run({ ...wanted, classes: selection });
    for (let n = 0; n < inputs; n++) {
      const index = n * classes + (own.classIndices[n] ?? 0);
      const row = (values: Float32Array, at: number, rows: number): Float32Array =>
        values.subarray((at * values.length) / rows, ((at + 1) * values.length) / rows);
      const divisor = isLogit ? Math.min(1, Math.abs(all.logits[index] ?? 1)) : 1;
      const allowed = { ...SAME, absolute: SAME.absolute / divisor };
      for (const name of ['weights', 'mapSigned', 'map'] as const) {
        const expected = row(all[name], index, inputs * classes);
        assertClose(
          row(own[name], n, inputs),
          expected,
          allowed,
          `${name} of class ${String(index)} by itself`,
        );
      }
    }
  }
}
