import type { LoadedModel } from '@ablation-cam/model';
import { featureMap } from '@ablation-cam/xai';
import type { Params } from '../protocol/calls.ts';
import type { Excitement } from '../protocol/descriptions.ts';
import type { ChosenInput } from '../protocol/sources.ts';
import type { AnswerContext } from './answer.ts';
import { optionsOf } from './options.ts';
import { SLICE_MS } from './slice.ts';

/** What is known of a network's layers and inputs, as long as the network is open. */
const known = new WeakMap<LoadedModel, Map<string, Float32Array | null>>();

/** Looks how strongly the channels of a layer respond to inputs, as many as there is time for in a slice, at least one. */
export async function excite(
  { inputs, ...request }: Params<'excite'>,
  context: AnswerContext,
): Promise<Excitement[]> {
  const start = performance.now();
  const found: Excitement[] = [];
  for (const input of inputs) {
    context.signal.throwIfAborted();
    found.push({ id: input.id, peaks: await peaksOf(input, request, context) });
    if (performance.now() - start > SLICE_MS) break;
  }
  return found;
}

async function peaksOf(
  input: ChosenInput,
  request: Omit<Params<'excite'>, 'inputs'>,
  { workspace, signal }: AnswerContext,
): Promise<Float32Array | null> {
  const { loaded } = await workspace.model(request.model);
  const { layer, output } = optionsOf(request, loaded.network);
  const peaks = known.get(loaded) ?? new Map<string, Float32Array | null>();
  known.set(loaded, peaks);
  const key = [layer ?? '', output ?? '', request.normalization ?? '', request.fit, input.id].join('|');
  const old = peaks.get(key);
  if (old !== undefined) return old;
  const read = await workspace.read({ ...request, input }).catch(() => null);
  const made = read && largestOf(await featureMap(loaded.network, read, { layer, output, signal }));
  peaks.set(key, made);
  return made;
}

/** The largest value of each channel, from `[...positions, channels]`. */
function largestOf({
  data,
  shape,
}: {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}): Float32Array {
  const channels = shape.at(-1) ?? 1;
  const largest = new Float32Array(channels).fill(-Infinity);
  for (let i = 0; i < data.length; i++) largest[i % channels] = Math.max(largest[i % channels]!, data[i]!);
  return largest;
}
