import * as tf from '@tensorflow/tfjs';
import { largest } from '@ablation-cam/kernels';
import { freeingTape } from '@ablation-cam/model';
import type { Graph, GraphOutput, NodeId, Score, ScoreFunction } from '@ablation-cam/kernels';
import { XaiError } from '../errors.ts';
import { classLogits } from '../forward/forward-pass.ts';
import { classScore, classScoreGradient } from './class-score.ts';
import { checkClass, topClasses } from './selected-classes.ts';
import type { ClassTarget, FunctionTarget, Target } from './target.ts';

/** An output of a network that is one vector of classes. */
export interface ClassOutput {
  readonly logits: NodeId;
  /** Two where the network has one sigmoid unit. */
  readonly classes: number;
  readonly scoreFunction: ScoreFunction;
}

/** Returns the output as classes, or null where it is not one vector. */
export function classOutput(graph: Graph, { logits, scoreFunction }: GraphOutput): ClassOutput | null {
  const shape = graph.nodes[logits]?.shape ?? [];
  const units = shape.at(-1);
  if (units === undefined || shape.slice(0, -1).some((length) => length !== 1)) return null;
  return { logits, classes: scoreFunction === 'sigmoid' && units === 1 ? 2 : units, scoreFunction };
}

/** What a target means for one input: the classes of "predicted" and the like, which stay when the input is changed. */
export interface Aim {
  /** a, `[classes]`; empty for a function of the caller's. */
  readonly coefficients: Float64Array;
  /** The first class of the target, or null. */
  readonly classIndex: number | null;
}

/** A target of one network. `values` below are those of `head`, `[inputs, ...]`. */
export interface BoundTarget {
  readonly name: string;
  readonly score: Score | 'function';
  /** What of the network has to be computed. */
  readonly node: NodeId;
  /** From that tensor to what the target reads; differentiable. */
  readonly head: (tensor: tf.Tensor) => tf.Tensor;
  /** What the target means for each input. */
  aims(values: tf.Tensor): Promise<Aim[]>;
  /** y of each input, `[inputs]`. */
  scores(values: tf.Tensor, aims: readonly Aim[]): Promise<Float64Array>;
  /** dy/dvalues of each input, in the shape of `values`. */
  gradient(values: tf.Tensor, aims: readonly Aim[]): Promise<Cotangent>;
}

/** The derivative of y by what a target reads, in float64, row-major. */
export interface Cotangent {
  /** `[inputs, ...]` */
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Ties a target to an output.
 *
 * @throws XaiError `invalid-option` for a class out of range, `unsupported-model` for classes of an output that has none
 */
export function bindTarget(target: Target, graph: Graph, output: GraphOutput): BoundTarget {
  if (target.kind === 'function') return bindFunction(target, output);
  const classes = classOutput(graph, output);
  if (classes) return bindClasses(target, classes);
  throw new XaiError(
    'unsupported-model',
    `The output "${output.name}" is not one vector of classes, so it has no ${target.name}. ` +
      'Give a target made with functionOf.',
  );
}

function bindClasses(target: ClassTarget, output: ClassOutput): BoundTarget {
  const { classes, scoreFunction } = output;
  const score = scoreFunction === 'linear' ? 'logit' : target.score;
  for (const term of target.terms) if (typeof term.class === 'number') checkClass(term.class, classes);
  return {
    name: scoreFunction === 'linear' ? target.name.replaceAll('probability', 'logit') : target.name,
    score,
    node: output.logits,
    head: (tensor) => classLogits(tensor, classes),
    aims: async (values) => (await rowsOf(values)).map((logits) => aimAt(target, logits)),
    scores: async (values, aims) =>
      Float64Array.from(await rowsOf(values), (logits, n) =>
        classScore(logits, aims[n]?.coefficients ?? new Float64Array(), score, scoreFunction),
      ),
    gradient: async (values, aims) => {
      const rows = (await rowsOf(values)).map((logits, n) =>
        classScoreGradient(logits, aims[n]?.coefficients ?? new Float64Array(), score, scoreFunction),
      );
      return { shape: values.shape, data: Float64Array.from(rows.flatMap((row) => [...row])) };
    },
  };
}

function bindFunction(target: FunctionTarget, output: GraphOutput): BoundTarget {
  const compute = (values: tf.Tensor): tf.Tensor => {
    const scores = target.compute(values);
    const inputs = values.shape[0];
    if (scores.size === inputs) return scores.reshape([inputs]);
    throw new XaiError(
      'invalid-option',
      `The target "${target.name}" should return one number for each of ${String(inputs)} inputs, but its result has ` +
        `the shape [${scores.shape.join(', ')}].`,
    );
  };
  return {
    name: target.name,
    score: 'function',
    node: target.of === 'logits' ? output.logits : output.node,
    head: (tensor) => tensor.clone(),
    aims: (values) =>
      Promise.resolve(
        Array.from({ length: values.shape[0] }, () => ({
          coefficients: new Float64Array(),
          classIndex: null,
        })),
      ),
    scores: async (values) => {
      const scores = tf.tidy(() => compute(values));
      try {
        return Float64Array.from(await scores.data());
      } finally {
        scores.dispose();
      }
    },
    gradient: async (values) => {
      const gradient = freeingTape(() => tf.tidy(() => tf.grad((x) => compute(x).sum())(values)));
      try {
        return { shape: values.shape, data: Float64Array.from(await gradient.data()) };
      } finally {
        gradient.dispose();
      }
    },
  };
}

function aimAt({ terms }: ClassTarget, logits: Float32Array): Aim {
  const coefficients = new Float64Array(logits.length);
  const isRanked = terms.some((term) => typeof term.class !== 'number');
  const ranking = isRanked ? rankedClasses(logits, terms) : [];
  const indices = terms.map(({ class: index }) =>
    typeof index === 'number' ? index : (ranking[index === 'predicted' ? 0 : index.rank] ?? 0),
  );
  terms.forEach(({ coefficient }, i) => {
    const c = indices[i] ?? 0;
    coefficients[c] = (coefficients[c] ?? 0) + coefficient;
  });
  return { coefficients, classIndex: indices[0] ?? null };
}

/** The classes by falling logit, as far as the terms ask for them. */
function rankedClasses(logits: Float32Array, terms: ClassTarget['terms']): readonly number[] {
  const isFirstEnough = terms.every(({ class: index }) => typeof index !== 'object' || index.rank === 0);
  return isFirstEnough ? [largest(logits)] : topClasses(logits, logits.length);
}

async function rowsOf(values: tf.Tensor): Promise<Float32Array[]> {
  const data = Float32Array.from(await values.data());
  const inputs = values.shape[0];
  const length = data.length / inputs;
  return Array.from({ length: inputs }, (_, n) => data.subarray(n * length, (n + 1) * length));
}
