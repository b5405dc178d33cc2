import { heatmapOf } from '@ablation-cam/xai';
import type { CallResult, Params } from '../../protocol/calls.ts';
import type { ResultSource } from '../../protocol/results.ts';
import { OpenedResult } from './open-result.ts';
import { pictureOf } from './picture-of.ts';

/** Tiles are drawn no larger than this, and a sample that is looked at no larger than that. */
const SIDES = { tile: 112, sample: 640 } as const;

/** The result that was opened last. */
let last: { readonly id: string; readonly result: Promise<OpenedResult> } | null = null;

function opened(source: ResultSource): Promise<OpenedResult> {
  if (last?.id !== source.id) last = { id: source.id, result: OpenedResult.open(source) };
  return last.result;
}

export async function openResult({ source }: Params<'openResult'>): Promise<CallResult<'openResult'>> {
  return (await opened(source)).overview();
}

export async function resultTiles(
  { source, method, indices }: Params<'resultTiles'>,
  signal: AbortSignal,
): Promise<CallResult<'resultTiles'>> {
  const result = await opened(source);
  const { name, map: shape, targets } = result.method(method);
  const tiles: CallResult<'resultTiles'>[number][] = [];
  for (const index of indices) {
    signal.throwIfAborted();
    const maps = await result.row(`${name}/map`, index);
    const data = maps.subarray(0, maps.length / targets.length).map((value) => Math.max(0, value));
    const map = { shape, data };
    const source = await nameOf(result, index);
    tiles.push({
      index,
      map: heatmapOf(map, shape),
      picture: await pictureOf(result.source, source, SIDES.tile),
    });
  }
  return tiles;
}

export async function resultSample({
  source,
  method,
  index,
}: Params<'resultSample'>): Promise<CallResult<'resultSample'>> {
  const result = await opened(source);
  const { name, map: shape, targets, channels } = result.method(method);
  const first = async (path: string): Promise<Float32Array> => {
    const row = await result.row(`${name}/${path}`, index);
    return row.subarray(0, row.length / targets.length);
  };
  const [[classIndex = -1], [score = NaN], data] = await Promise.all([
    first('class'),
    first('score'),
    first('map'),
  ]);
  return {
    index,
    classIndex,
    score,
    mapSigned: { shape, data },
    weights: channels === null ? null : await first('weights'),
    picture: await pictureOf(result.source, await nameOf(result, index), SIDES.sample),
  };
}

const names = new WeakMap<OpenedResult, Promise<readonly string[]>>();

async function nameOf(result: OpenedResult, index: number): Promise<string> {
  const known = names.get(result) ?? result.overview().then(({ sources }) => sources);
  names.set(result, known);
  return (await known)[index] ?? '';
}
