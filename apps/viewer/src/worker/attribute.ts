import { contrastOf, explain, type MethodName, type MethodResult } from '@ablation-cam/xai';
import type { Params, Subject } from '../protocol/calls.ts';
import type { Attribution } from '../protocol/descriptions.ts';
import type { CallContext } from './answer.ts';
import { optionsOf } from './explain-subject.ts';

/** Explains one class, or what sets it apart from another, by any method. */
export async function attribute(
  { method, classIndex, contrast, ...subject }: Params<'attribute'>,
  context: CallContext,
): Promise<Attribution> {
  const { score } = subject.settings;
  const aim = contrast === null ? { classIndex, score } : { target: contrastOf(classIndex, contrast, score) };
  const result = await explainBy(method, subject, aim, context);
  const [explanation] = result.explanations;
  if (!explanation) throw new RangeError(`${method} explained nothing.`);
  const { weights, map, mapSigned, warnings } = explanation;
  return {
    method,
    target: result.targets[0] ?? '',
    weights,
    map,
    mapSigned,
    warnings: [...result.warnings, ...warnings],
    totalMs: result.timings.totalMs,
  };
}

type Aim =
  | { readonly classIndex: number; readonly score: Subject['settings']['score'] }
  | { readonly target: ReturnType<typeof contrastOf> };

/** Runs one method; the settings of Ablation-CAM are for that alone. */
export async function explainBy(
  method: MethodName,
  subject: Subject,
  aim: Aim,
  { workspace, signal, onProgress }: CallContext,
): Promise<MethodResult> {
  const { loaded, input } = await workspace.subject(subject);
  const { layer, ablation, weighting } = optionsOf(subject);
  const options = { ...aim, signal, onProgress };
  return method === 'ablation-cam'
    ? explain(loaded.model, input, { method, ...options, layer, ablation, weighting })
    : explain(loaded.model, input, { method, ...options, layer });
}
