import { KernelsError } from '@ablation-cam/kernels';
import type { ModelInput } from '@ablation-cam/model';
import {
  sharedDevice,
  ablationCam,
  type AblationCamOptions,
  type AblationCamResult,
  type Strategy,
} from '@ablation-cam/xai';
import type { Subject } from '../protocol/calls.ts';
import type { Explained, InputDescription } from '../protocol/descriptions.ts';
import type { CallContext } from './answer.ts';

/** Up to so many classes the maps of all come along: they cost next to nothing. Beyond, those of the likeliest. */
const MOST_MAPS = 32;

type Explain = (classIndex: AblationCamOptions['classIndex']) => Promise<AblationCamResult>;

/** Explains every class of a subject in one run. */
export async function explainSubject(
  subject: Subject,
  { workspace, signal, onProgress }: CallContext,
): Promise<Explained> {
  const { loaded, description, input } = await workspace.subject(subject);
  const classes = loaded.model.outputs[0]?.shape.at(-1) ?? 0;
  const run = (strategy: Strategy): Explain => {
    return (classIndex) =>
      ablationCam(loaded.model, input, {
        ...optionsOf(subject),
        ablatedScores: classIndex !== 'predicted',
        signal,
        onProgress,
        classIndex,
        strategy,
      });
  };
  const explain = orNaively(run('single-dispatch'), run('naive'));
  const result =
    classes <= MOST_MAPS ? await explain('all') : await explainLikeliest(await explain('predicted'), explain);
  const { explanations, ...described } = result;
  const [first] = explanations;
  if (!first) throw new RangeError('The model has no classes.');
  return {
    model: description,
    input: describeInput(input),
    run: described,
    hasWebGpu: await hasWebGpu(),
    probabilities: first.probabilities,
    logits: first.logits,
    ablatedScores: first.ablatedScores ?? new Float32Array(),
    maps: explanations.map(({ classIndex, classScore, weights, map, mapSigned, warnings }) => ({
      classIndex,
      classScore,
      weights,
      map,
      mapSigned,
      warnings,
    })),
  };
}

/** With the naive loop where the single dispatch has no kernel for what follows the layer. */
function orNaively(explain: Explain, naively: Explain): Explain {
  return async (classIndex) => {
    try {
      return await explain(classIndex);
    } catch (error) {
      if (!(error instanceof KernelsError && error.code === 'unsupported-tail')) throw error;
      const result = await naively(classIndex);
      const warning = `${error.message} The naive loop was used instead: one pass through the network a channel.`;
      return { ...result, warnings: [...result.warnings, warning] };
    }
  };
}

async function explainLikeliest(predicted: AblationCamResult, explain: Explain): Promise<AblationCamResult> {
  const logits = predicted.explanations[0]?.logits ?? new Float32Array();
  const likeliest = Array.from(logits, (_, c) => c).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
  return explain(likeliest.slice(0, MOST_MAPS));
}

/** The settings of the page as options of `ablationCam`. */
export function optionsOf({ settings }: Subject): AblationCamOptions {
  return { ...settings, layer: settings.layer ?? undefined };
}

function describeInput({ name, data, shape, original, label, mask }: ModelInput): InputDescription {
  return { name, data, shape, image: original ?? null, label: label ?? null, mask: mask ?? null };
}

/** Whether the browser gives a WebGPU device. */
export async function hasWebGpu(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  return sharedDevice().then(
    () => true,
    () => false,
  );
}
