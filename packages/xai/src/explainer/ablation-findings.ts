import * as tf from '@tensorflow/tfjs';
import { channelNorm, channelWeight, weightedMap } from '@ablation-cam/kernels';
import type { AblationOutput, Cut, NodeId, Score } from '@ablation-cam/kernels';
import type { Finding } from '../explanation/explanation-of.ts';
import { probabilitiesOf } from '../explanation/probabilities.ts';
import type { AblationMethod } from '../methods/ablation.ts';
import type { Call } from './call.ts';

/** One pass: what the ablation of some inputs gave, with their activation where the host has it. */
export interface AblatedPass {
  readonly output: AblationOutput;
  readonly activation: Float32Array | null;
}

/** What falls when a channel is switched off; of targets of the caller's the logits, which they are made of. */
export function scoreOf({ selection, targets }: Call): Score {
  const score = targets[0]?.score;
  return selection === null || score === 'function' || score === undefined ? 'logit' : score;
}

/** What the executor found out about one input, for each class that is explained. */
export function findingsOfClasses(
  call: Call,
  { tail }: Cut,
  output: AblationOutput,
  n: number,
  count: number,
): Omit<Finding, 'inputIndex'>[] {
  const logits = part(output.logits, n, count).slice();
  const probabilities = probabilitiesOf(logits, tail.scoreFunction);
  const scores = scoreOf(call) === 'logit' ? logits : (probabilities ?? logits);
  const classIndices = part(output.classIndices, n, count);
  const maps = part(output.mapSigned, n, count);
  const weights = part(output.weights, n, count);
  return Array.from(classIndices, (classIndex, m) => ({
    classIndex,
    classScore: scores[classIndex] ?? 0,
    probabilities,
    logits,
    weights: part(weights, m, classIndices.length).slice(),
    shape: positionsOf(tail),
    signed: part(maps, m, classIndices.length).slice(),
  }));
}

/** A target that can be read from the logits makes a score of each row of them: the untouched and those without a channel. */
export async function findingsOfTargets(
  { weighting, norm }: AblationMethod,
  call: Call,
  { tail }: Cut,
  { output, activation }: AblatedPass,
  n: number,
  count: number,
): Promise<Omit<Finding, 'inputIndex'>[]> {
  if (!activation) throw new RangeError('The activation is not on the host.');
  const own = part(activation, n, count);
  const logits = part(output.logits, n, count).slice();
  if (!output.ablatedScores) throw new RangeError('The scores without each channel are not there.');
  const ablated = part(output.ablatedScores, n, count);
  const channels = ablated.length / logits.length;
  const findings: Omit<Finding, 'inputIndex'>[] = [];
  for (const target of call.targets) {
    const values = tf.tidy(() => {
      const rows = new Float32Array(logits.length + ablated.length);
      rows.set(logits);
      rows.set(ablated, logits.length);
      const all = tf.tensor2d(rows, [channels + 1, logits.length]);
      return target.score === 'function' ? asNetworkHasThem(call, target.node, all) : all;
    });
    try {
      const [aim = { coefficients: new Float64Array(), classIndex: null }] = await target.aims(values);
      const scores = await target.scores(
        values,
        Array.from({ length: channels + 1 }, () => aim),
      );
      const score = scores[0] ?? 0;
      const weights = Float64Array.from({ length: channels }, (_, k) => {
        const length = weighting === 'slope' ? channelNorm(own, k, channels, norm) : 0;
        return channelWeight(weighting, score - (scores[k + 1] ?? 0), score, length);
      });
      findings.push({
        classIndex: aim.classIndex,
        classScore: score,
        probabilities: probabilitiesOf(logits, tail.scoreFunction),
        logits,
        weights,
        shape: positionsOf(tail),
        signed: weightedMap(own, weights),
      });
    } finally {
      values.dispose();
    }
  }
  return findings;
}

/**
 * Returns the values of a node behind the logits for rows of them, `[rows, ...shape]`, by the network's own layers: only they
 * know what it makes of its logits.
 *
 * @param rows `[rows, classes]`; two classes where the network has one logit, the second of them
 */
function asNetworkHasThem({ network, output }: Call, node: NodeId, rows: tf.Tensor2D): tf.Tensor {
  const shape = network.graph.nodes[output.logits]?.shape ?? [];
  const [count, classes] = rows.shape;
  const size = shape.reduce((product, length) => product * length, 1);
  const own = rows.slice([0, classes - size], [count, size]).reshape([count, ...shape]);
  return network.run(new Map([[output.logits, own]]), [node] as const)[0];
}

function positionsOf(tail: Cut['tail']): readonly number[] {
  return tail.nodes[tail.target]?.shape.slice(0, -1) ?? [];
}

/** The n-th of `count` equal parts. */
export function part<T extends Float32Array | Uint32Array>(values: T, n: number, count: number): T {
  const size = values.length / count;
  return values.subarray(n * size, (n + 1) * size) as T;
}
