import { worksOnLayers, type ExplainOptions, type MethodName } from '@ablation-cam/xai';
import { parseAblation, parseClasses, type ExplainRequest } from './request.ts';

/** What of a command line says how inputs are explained. */
export type MethodRequest = Pick<
  ExplainRequest,
  | 'output'
  | 'class'
  | 'topK'
  | 'layer'
  | 'ablation'
  | 'score'
  | 'weighting'
  | 'norm'
  | 'strategy'
  | 'backend'
  | 'executor'
  | 'ablatedScores'
  | 'json'
>;

/**
 * Returns the options of each method that was asked for: all of the command line that the method takes. Layers go to the
 * methods that work on layers; where none does, they are left for the library to refuse.
 *
 * @throws CliError, ModelError
 */
export async function methodOptions(
  request: MethodRequest,
  methods: readonly MethodName[],
  classNames: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ExplainOptions[]> {
  const { output, topK, score, backend, weighting, norm, strategy, executor } = request;
  const classIndex = topK === undefined ? parseClasses(request.class, classNames) : { topK };
  const ablation = await parseAblation(request.ablation);
  const [layer, ...others] = request.layer;
  const layers = others.length === 0 ? { layer } : { layers: request.layer };
  const common = { output, classIndex, score, backend, signal };
  // What is printed tells the score without each channel; JSON has the scores of all classes where they are asked for.
  const ablatedScores = request.ablatedScores ?? !request.json;
  return methods.map((method) => {
    if (method === 'ablation-cam') {
      return {
        method,
        ...common,
        ...layers,
        ablation,
        weighting,
        norm,
        strategy,
        executor,
        ablatedScores,
      };
    }
    return worksOnLayers(method) || !methods.some(worksOnLayers)
      ? { method, ...common, ...layers }
      : { method, ...common };
  });
}
