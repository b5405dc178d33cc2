import type { InputArray } from '../forward/model-input.ts';

/** The values of one input of the set: one array for each input of the network, or the only one. */
export type SampleInput = InputArray | readonly InputArray[];

/**
 * Returns the samples of a batch in groups that can be explained together: those that could not be read, and those of each
 * shape, which differ only where a network leaves sizes open.
 */
export function splitBatch<
  T extends { readonly inputs: readonly InputArray[]; readonly error: Error | null },
>(batch: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const sample of batch) {
    const key = sample.error ? '' : sample.inputs.map(({ shape }) => shape.join()).join(';') || '[]';
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  return [...groups.values()];
}

/** Returns the batch of samples of one shape, one array `[samples, ...shape]` for each input of the network. */
export function stackInputs(samples: readonly (readonly InputArray[])[]): InputArray[] {
  const [first = []] = samples;
  return first.map(({ data: { length }, shape }, input) => {
    const data = new Float32Array(samples.length * length);
    samples.forEach((inputs, i) => {
      data.set(inputs[input]!.data, i * length);
    });
    return { data, shape: [samples.length, ...shape] };
  });
}
