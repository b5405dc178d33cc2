import {
  contrastOf,
  explain,
  worksOnLayers,
  type ExplanationResult,
  type MethodName,
} from '@ablation-cam/xai';
import type { Params, ExplanationRequest } from '../protocol/calls.ts';
import type { MethodAttribution } from '../protocol/descriptions.ts';
import type { AnswerContext } from './answer.ts';
import { optionsOf } from './options.ts';

/** Explains one class, or what sets it apart from another, by any method. */
export async function attribute(
  { method, classIndex, contrast, ...request }: Params<'attribute'>,
  context: AnswerContext,
): Promise<MethodAttribution> {
  const { score } = request.settings;
  const aim = contrast === null ? { classIndex, score } : { target: contrastOf(classIndex, contrast, score) };
  const { explanations, ...run } = await explainBy(method, request, aim, context);
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
  | { readonly classIndex: number; readonly score: ExplanationRequest['settings']['score'] }
  | { readonly target: ReturnType<typeof contrastOf> };

/** Runs one method; Ablation-CAM with what is prepared for the request's settings. */
export async function explainBy(
  method: MethodName,
  request: ExplanationRequest,
  aim: Aim,
  { workspace, signal, onProgress }: AnswerContext,
): Promise<ExplanationResult> {
  const { loaded, input } = await workspace.open(request);
  if (method === 'ablation-cam')
    return (await workspace.explainer(request)).explain(input, { ...aim, signal, onProgress });
  const { layer, output } = optionsOf(request, loaded.network);
  const options = { ...aim, output, signal, onProgress };
  return explain(
    loaded.network,
    input,
    worksOnLayers(method) ? { method, ...options, layer } : { method, ...options },
  );
}
