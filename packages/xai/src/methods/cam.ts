import type * as tf from '@tensorflow/tfjs';
import { weightedMap } from '@ablation-cam/kernels';
import { resolveTarget, type TargetLayer } from '@ablation-cam/model';
import type { Explanation } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import { eachPass } from '../forward/open-model.ts';
import { layerGradient } from '../gradients/layer-gradient.ts';
import { heatmapOf, mapWarnings } from '../maps/heatmap.ts';
import { takeTurns } from '../runtime/turn.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import { basePass, type BasePass, type TargetPass } from './base-pass.ts';
import type { MethodName } from './names.ts';
import type { CamOptions } from './options.ts';
import type { MethodResult } from './result.ts';
import { runSession, type Session } from './session.ts';

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
  readonly session: Session;
  readonly target: BoundTarget;
  readonly aim: Aim;
  /** Which input of the batch this is. */
  readonly inputIndex: number;
  /** Tells the share of this input's work that is done. */
  readonly report: (done: number) => void;
}

interface CamMethodBase {
  readonly name: MethodName;
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
 * @throws what `runSession` throws, and ModelError for a layer that does not exist or has no channels
 */
export async function runCam(
  method: CamMethod,
  model: tf.LayersModel,
  input: ExplainedInput,
  options: CamOptions,
): Promise<MethodResult> {
  return runSession(method.name, model, input, options, async (session) => {
    const layer = resolveTarget(session.graph, options);
    const explanations: Explanation[] = [];
    await eachPass(session, session.signal, async (inputs, first) => {
      const pass = await basePass(session, inputs, layer.tensor);
      try {
        explanations.push(...(await explainPass(method, session, layer, pass, inputs, first)));
      } finally {
        pass.dispose();
      }
    });
    return { explanations, layers: [layer.layerCall.name] };
  });
}

async function explainPass(
  method: CamMethod,
  session: Session,
  layer: TargetLayer,
  pass: BasePass,
  inputs: readonly tf.Tensor[],
  first: number,
): Promise<Explanation[]> {
  const { tapped } = pass;
  if (!tapped) throw new RangeError('The target layer was not run.');
  const activation = (await tapped.data()) as Float32Array;
  const positionShape = tapped.shape.slice(1, -1);
  const channels = tapped.shape.at(-1) ?? 1;
  const count = pass.logits.length;
  const size = activation.length / count;
  const units = session.batch.inputs * session.targets.length;

  const byTarget: Explanation[][] = [];
  for (const [m, targetPass] of pass.targets.entries()) {
    const gradient = method.usesGradient
      ? await gradientOf(session, layer, inputs, tapped, targetPass)
      : new Float64Array();
    const own: Explanation[] = [];
    for (let n = 0; n < count; n++) {
      const done = first * session.targets.length + m * count + n;
      const evidence: LayerEvidence = {
        activation: activation.slice(n * size, (n + 1) * size),
        gradient: gradient.slice(n * size, (n + 1) * size),
        channels,
        positionShape,
      };
      const aim = targetPass.aims[n] ?? { coefficients: new Float64Array(), classIndex: null };
      const found = await mapOf(method, evidence, {
        session,
        target: targetPass.target,
        aim,
        inputIndex: first + n,
        report: (share) => {
          session.report((done + share) / units);
        },
      });
      const inputPositions = session.batch.arrays[0]?.shape.slice(1, -1) ?? [];
      own.push({
        inputIndex: first + n,
        classIndex: aim.classIndex,
        classScore: targetPass.scores[n] ?? NaN,
        probabilities: pass.probabilities[n] ?? null,
        logits: pass.logits[n] ?? null,
        ...found,
        heatmap: heatmapOf(
          found.map,
          inputPositions.length === positionShape.length ? inputPositions : positionShape,
        ),
        warnings: mapWarnings(found.mapSigned),
      });
      session.report((done + 1) / units);
    }
    byTarget.push(own);
    await takeTurns();
  }
  return Array.from({ length: count }, (_, n) => byTarget.flatMap((own) => own[n] ?? [])).flat();
}

async function gradientOf(
  { graph }: Session,
  layer: TargetLayer,
  inputs: readonly tf.Tensor[],
  activation: tf.Tensor,
  { target, values, aims }: TargetPass,
): Promise<Float64Array> {
  const cotangent = await target.gradient(values, aims);
  return layerGradient(graph, inputs, layer.tensor, activation, target, cotangent);
}

async function mapOf(
  method: CamMethod,
  evidence: LayerEvidence,
  context: CamContext,
): Promise<Pick<Explanation, 'weights' | 'mapSigned' | 'map'>> {
  const shape = evidence.positionShape;
  const weights = 'weights' in method ? await method.weights(evidence, context) : null;
  const signed =
    'weights' in method && weights
      ? weightedMap(evidence.activation, weights)
      : 'map' in method
        ? method.map(evidence, context)
        : new Float64Array();
  return {
    weights,
    mapSigned: { shape, data: signed },
    map: { shape, data: signed.map((value) => Math.max(0, value)) },
  };
}
