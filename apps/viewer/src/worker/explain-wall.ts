import { heatmapOf } from '@ablation-cam/xai';
import type { ExplanationRequest, Params } from '../protocol/calls.ts';
import type { WallAnswer } from '../protocol/descriptions.ts';
import type { ChosenInput } from '../protocol/sources.ts';
import { smallImage } from '../state/small-image.ts';
import type { AnswerContext } from './answer.ts';
import { errorMessage } from './error-message.ts';
import { SLICE_MS } from './slice.ts';

/** Tiles are drawn no larger than this. */
const LONGEST_SIDE = 112;

/** Explains the predicted class of inputs, as many as there is time for in a slice, at least one. */
export async function explainWall(
  { inputs, ...request }: Params<'wall'>,
  context: AnswerContext,
): Promise<WallAnswer[]> {
  const start = performance.now();
  const answers: WallAnswer[] = [];
  for (const input of inputs) {
    context.signal.throwIfAborted();
    answers.push(await explainTile(input, request, context));
    if (performance.now() - start > SLICE_MS) break;
  }
  return answers;
}

async function explainTile(
  source: ChosenInput,
  request: Omit<ExplanationRequest, 'input' | 'erasure'>,
  { workspace, signal }: AnswerContext,
): Promise<WallAnswer> {
  const { id } = source;
  try {
    const input = await workspace.read({ ...request, input: source });
    const explainer = await workspace.explainer(request);
    const { explanations } = await explainer.explain(input, { signal });
    const [first] = explanations;
    if (first === undefined || first.classIndex === null) throw new RangeError('The model has no classes.');
    const { data, shape, original } = input;
    const channels = shape.at(-1) ?? 1;
    return {
      kind: 'explained',
      id,
      predicted: first.classIndex,
      confidence: first.probabilities?.[first.classIndex] ?? null,
      picture: original
        ? { image: smallImage(original, LONGEST_SIDE), signal: null }
        : { image: null, signal: data.filter((_, i) => i % channels === 0) },
      shape,
      map: heatmapOf(first.map, first.map.shape),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    // One file that cannot be read must not hide the others.
    return { kind: 'failed', id, message: errorMessage(error, signal).message };
  }
}
