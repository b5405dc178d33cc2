import {
  contrastOf,
  explain,
  worksOnLayers,
  type ExplanationResult,
  type MethodName,
} from '@ablation-cam/xai';
import type { Params, Subject } from '../protocol/calls.ts';
import type { Attribution } from '../protocol/descriptions.ts';
import type { CallContext } from './answer.ts';
import { optionsOf } from './options.ts';

/** Explains one class, or what sets it apart from another, by any method. */
export async function attribute(
  { method, classIndex, contrast, ...subject }: Params<'attribute'>,
  context: CallContext,
): Promise<Attribution> {
  const { score } = subject.settings;
  const aim = contrast === null ? { classIndex, score } : { target: contrastOf(classIndex, contrast, score) };
  const { explanations, ...run } = await explainBy(method, subject, aim, context);
  const [explanation] = explanations;
  if (!explanation) throw new RangeError(`${method} explained nothing.`);
  const { weights, map, mapSigned, attributions, convergenceDelta, warnings } = explanation;
  return {
    run,
    map: {
      weights,
      map,
      mapSigned,
      ...(attributions && { attributions }),
      ...(convergenceDelta !== undefined && { convergenceDelta }),
      warnings,
    },
  };
}

type Aim =
  | { readonly classIndex: number; readonly score: Subject['settings']['score'] }
  | { readonly target: ReturnType<typeof contrastOf> };

/** Runs one method; Ablation-CAM with what is prepared for the subject's settings. */
export async function explainBy(
  method: MethodName,
  subject: Subject,
  aim: Aim,
  { workspace, signal, onProgress }: CallContext,
): Promise<ExplanationResult> {
  const { loaded, input } = await workspace.subject(subject);
  const options = { ...aim, signal, onProgress };
  if (method === 'ablation-cam') return (await workspace.explainer(subject)).explain(input, options);
  const { layer } = optionsOf(subject);
  return explain(
    loaded.model,
    input,
    worksOnLayers(method) ? { method, ...options, layer } : { method, ...options },
  );
}
