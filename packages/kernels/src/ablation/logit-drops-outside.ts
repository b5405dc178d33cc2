import { KernelsError } from '../errors.ts';
import type { ContinueFrom, FrontierChunk } from './contract.ts';

/**
 * Hands the variants of a chunk to the network's own layers. Returns how far each logit falls, `[inputs, variants, classes]`, in
 * float64.
 *
 * @param continueFrom that of the run; `validateInput` sees to it that there is one where a plan needs it
 * @param logits of the untouched network for the chunk's inputs, `[inputs, classes]`
 * @throws KernelsError `invalid-input` where the wrong number of logits comes back
 */
export async function logitDropsOutside(
  continueFrom: ContinueFrom | undefined,
  chunk: FrontierChunk,
  logits: ArrayLike<number>,
): Promise<Float64Array> {
  if (!continueFrom) throw new RangeError('The run was to be refused for want of `continueFrom`.');
  const ablated = await continueFrom(chunk);
  const { inputs, variants } = chunk;
  const classes = logits.length / inputs;
  if (ablated.length !== inputs * variants * classes) {
    throw new KernelsError(
      'invalid-input',
      `Expected ${String(inputs * variants * classes)} logits from \`continueFrom\`, got ${String(ablated.length)}; ` +
        'it returns those of each input and variant, [inputs, variants, classes].',
    );
  }
  return Float64Array.from(ablated, (logit, at) => {
    const n = Math.floor(at / (variants * classes));
    return (logits[n * classes + (at % classes)] ?? 0) - logit;
  });
}
