import { colorOfZero, resolveOutput, type ModelInput, type Normalization } from '@ablation-cam/model';
import type { Params } from '../protocol/calls.ts';
import type { ClassMap, Explained, InputDescription } from '../protocol/descriptions.ts';
import type { AnswerContext } from './answer.ts';
import { describeModel } from './describe-model.ts';
import { hasWebGpu } from './has-web-gpu.ts';
import { optionsOf } from './options.ts';

/** Up to so many classes the maps of all come along: they cost next to nothing. Beyond, those of the likeliest. */
const MOST_MAPS = 32;

/** Explains every class of a request in one run. */
export async function explainClasses(
  { ablatedScores, ...request }: Params<'explain'>,
  { workspace, signal, onProgress }: AnswerContext,
): Promise<Explained> {
  const { loaded, input } = await workspace.open(request);
  const explainer = await workspace.explainer(request);
  const { output } = optionsOf(request, loaded.network);
  const description = describeModel(loaded, request.model, output ?? null);
  const classes = loaded.network.outputs[resolveOutput(loaded.network, output)]?.shape.at(-1) ?? 0;
  const { explanations, ...run } = await explainer.explain(input, {
    classIndex: classes <= MOST_MAPS ? 'all' : { topK: MOST_MAPS },
    ablatedScores,
    signal,
    onProgress,
  });
  const [first] = explanations;
  if (!first?.logits) throw new RangeError('The model has no classes.');
  return {
    model: description,
    input: describeInput(input, request.normalization ?? description.scale?.normalize),
    run,
    hasWebGpu: await hasWebGpu(),
    probabilities: first.probabilities,
    logits: first.logits,
    ablatedScores: first.ablatedScores ?? null,
    maps: explanations.map(({ classIndex, classScore, weights, map, mapSigned, warnings }): ClassMap => {
      if (classIndex === null || weights === null)
        throw new RangeError('A map of Ablation-CAM has no class.');
      return { classIndex, classScore, weights, map, mapSigned, warnings };
    }),
  };
}

function describeInput(
  { name, data, shape, original, givenSize, transparency, label, mask }: ModelInput,
  normalization: Normalization | undefined,
): InputDescription {
  return {
    name,
    data,
    shape,
    image: original ?? null,
    givenSize: givenSize ?? null,
    isOnWhite: transparency === 'white',
    zeroColor: original ? colorOfZero(normalization) : null,
    label: label ?? null,
    mask: mask ?? null,
  };
}
