import type { NetworkSource } from '@ablation-cam/model';
import type { ExplanationResult } from '../explanation/explanation.ts';
import type { ExplainedInput } from '../forward/model-input.ts';
import type { MethodName } from '../methods/names.ts';
import type { ExplainOptions } from '../methods/registry.ts';
import { PreparedExplainer } from './explainer.ts';
import { sharedAblations } from './shared-ablations.ts';

/**
 * Explains why a network answered as it did, with the method named: one call of an explainer. What it prepares is kept for
 * the next calls on the same network and layer, a few at a time, until `releaseDevice`; whoever explains many inputs makes
 * an explainer with `createExplainer` and disposes of it.
 *
 * @param source a `tf.LayersModel`, a `tf.GraphModel` or a `Network`; it is only read (the naive strategy with `zero-kernel` changes one
 *   filter and puts it back). TensorFlow.js's current backend is the same after the call as before.
 * @param input one input or a batch, `[...shape]` or `[batch, ...shape]`; tensors stay the caller's
 * @returns one explanation for each input and target; plain arrays, nothing to dispose of
 * @throws XaiError `invalid-option` for an unknown method (the message lists them) or an option that does not fit,
 *   `invalid-input`, `unsupported-model` where the network lacks what the method needs, such as a gradient; ModelError
 *   `unknown-layer`, `unsupported-layer` for a layer that does not exist or has no channels, `not-finite` for NaN or an
 *   infinite number in the weights or the result; KernelsError `no-adapter` where
 *   WebGPU was asked for, `device-lost` (the next call gets a new device), `too-large`; the signal's reason after an abort
 */
export async function explain<M extends MethodName>(
  source: NetworkSource,
  input: ExplainedInput,
  options: ExplainOptions<M>,
): Promise<ExplanationResult> {
  return new PreparedExplainer(source, options, sharedAblations).explain(input);
}
