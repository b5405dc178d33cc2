import type * as tf from '@tensorflow/tfjs';
import { weightedMap } from '@ablation-cam/kernels';
import type { SizedLayer } from '@ablation-cam/model';
import type { Call } from '../explainer/call.ts';
import type { Explanation, FloatArray } from '../explanation/explanation.ts';
import { explanationOf } from '../explanation/explanation-of.ts';
import { refuseActivation } from '../explanation/refuse-not-finite.ts';
import { eachPass } from '../forward/each-pass.ts';
import { layerGradient } from '../gradients/layer-gradient.ts';
import { takeTurns } from '../runtime/turn.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import { basePass, type BasePass, type TargetPass } from './base-pass.ts';
import type { MethodName } from './names.ts';

/** What a method knows of the target layer, for one input. */
export interface LayerEvidence {
  /** A, `[positions, channels]`. */
  readonly activation: Float32Array;
  /** dy/dA, `[positions, channels]`; empty for methods without gradients. */
  readonly gradient: Float64Array;
  readonly channels: number;
  /** Sizes of the position axes. */
  readonly positionShape: readonly number[];
}

/** What a method may need beyond the layer. */
export interface CamContext {
  readonly call: Call;
  readonly target: BoundTarget;
  readonly aim: Aim;
  /** Which input of the batch this is. */
  readonly inputIndex: number;
  /** Tells the share of this input's work that is done. */
  readonly report: (done: number) => void;
}

interface CamMethodBase {
  readonly name: Exclude<MethodName, 'ablation-cam'>;
  readonly usesGradient: boolean;
}

/** A method that weighs channels: its map is sum_k w_k A_k. */
export interface WeightMethod extends CamMethodBase {
  /** w, `[channels]` */
  readonly weights: (evidence: LayerEvidence, context: CamContext) => Float64Array | Promise<Float64Array>;
}

/** A method whose map is no sum of weighted channels. */
export interface MapMethod extends CamMethodBase {
  /** The signed map, `[positions]`. */
  readonly map: (evidence: LayerEvidence, context: CamContext) => Float64Array;
}

export type CamMethod = WeightMethod | MapMethod;

/**
 * Runs a method on one layer: forward pass, gradient where the method wants it, and from its weights or map everything
 * that an explanation holds.
 *
 * @returns by input, then by target
 */
export async function runCam(method: CamMethod, call: Call, layer: SizedLayer): Promise<Explanation[]> {
  const explanations: Explanation[] = [];
  await eachPass(call, call.signal, async (inputs, first, count) => {
    const started = performance.now();
    const pass = await basePass(call, inputs, layer.node);
    try {
      const { tapped } = pass;
      if (!tapped) throw new RangeError('The target layer was not run.');
      const activation = await tapped.data<'float32'>();
      call.clock.forwardMs += performance.now() - started;
      await refuseActivation(call, activation, first, count);
      explanations.push(
        ...(await explainPass(method, call, layer, { pass, tapped, activation, inputs, first })),
      );
    } finally {
      pass.dispose();
    }
  });
  return explanations;
}

/** The inputs of one pass and what the network made of them. */
interface TappedPass {
  readonly pass: BasePass;
  readonly inputs: readonly tf.Tensor[];
  /** Which input of the batch the first one is. */
  readonly first: number;
  readonly tapped: tf.Tensor;
  readonly activation: Float32Array;
}

async function explainPass(
  method: CamMethod,
  call: Call,
  layer: SizedLayer,
  { pass, inputs, first, tapped, activation }: TappedPass,
): Promise<Explanation[]> {
  const positionShape = layer.shape.slice(0, -1);
  const channels = layer.shape.at(-1) ?? 1;
  const count = pass.logits.length;
  const size = activation.length / count;
  const units = call.batch.inputs * call.targets.length;

  const byTarget: Explanation[][] = [];
  for (const [m, targetPass] of pass.targets.entries()) {
    const started = performance.now();
    const gradient = method.usesGradient
      ? await gradientOf(call, layer, inputs, tapped, targetPass)
      : new Float64Array();
    call.clock.weightsMs += performance.now() - started;
    const own: Explanation[] = [];
    for (let n = 0; n < count; n++) {
      const done = first * call.targets.length + m * count + n;
      const evidence: LayerEvidence = {
        activation: activation.subarray(n * size, (n + 1) * size),
        gradient: gradient.subarray(n * size, (n + 1) * size),
        channels,
        positionShape,
      };
      const aim = targetPass.aims[n] ?? { coefficients: new Float64Array(), classIndex: null };
      const { weights, signed } = await mapOf(method, evidence, {
        call,
        target: targetPass.target,
        aim,
        inputIndex: first + n,
        report: (share) => {
          call.report((done + share) / units);
        },
      });
      own.push(
        explanationOf(
          call,
          m,
          { method: method.name },
          {
            inputIndex: first + n,
            classIndex: aim.classIndex,
            classScore: targetPass.scores[n] ?? NaN,
            probabilities: pass.probabilities[n] ?? null,
            logits: pass.logits[n] ?? null,
            weights,
            shape: positionShape,
            signed,
          },
        ),
      );
      call.report((done + 1) / units);
    }
    byTarget.push(own);
    await takeTurns();
  }
  return Array.from({ length: count }, (_, n) => byTarget.flatMap((own) => own[n] ?? [])).flat();
}

async function gradientOf(
  call: Call,
  layer: SizedLayer,
  inputs: readonly tf.Tensor[],
  activation: tf.Tensor,
  { target, values, aims }: TargetPass,
): Promise<Float64Array> {
  const cotangent = await target.gradient(values, aims);
  return layerGradient(call, inputs, layer.node, activation, target, cotangent);
}

async function mapOf(
  method: CamMethod,
  evidence: LayerEvidence,
  context: CamContext,
): Promise<{ weights: Float64Array | null; signed: FloatArray }> {
  const { clock } = context.call;
  const started = performance.now();
  const weights = 'weights' in method ? await method.weights(evidence, context) : null;
  const weighed = performance.now();
  clock.weightsMs += weighed - started;
  const signed =
    'map' in method
      ? method.map(evidence, context)
      : weightedMap(evidence.activation, weights ?? new Float64Array());
  clock.mapMs += performance.now() - weighed;
  return { weights, signed };
}
