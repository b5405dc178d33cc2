import { readInput } from '@ablation-cam/model';
import { rgbOf } from '../../protocol/pixels.ts';
import type { BuiltInName } from '../../protocol/sources.ts';
import type { ResultPicture, ResultSource } from '../../protocol/results.ts';

/** What the samples that come along are read as. */
const SHAPES: Readonly<Record<BuiltInName, readonly number[]>> = {
  mnist1d: [40, 1],
  textures: [64, 64, 3],
  tissue: [75, 75, 3],
};

const NONE: ResultPicture = { image: null, signal: null };

/**
 * Returns what a sample of a result is a picture of, where it can be had: it comes along with this page, or its file was given beside the
 * result.
 */
export async function pictureOf(
  source: ResultSource,
  name: string,
  longestSide: number,
): Promise<ResultPicture> {
  const [, set = ''] = /^(\w+):\d+$/.exec(name) ?? [];
  if (Object.hasOwn(SHAPES, set)) {
    const { original, data } = await readInput(name, { shape: SHAPES[set as BuiltInName] });
    return original ? { image: original, signal: null } : { image: null, signal: data };
  }
  const file = source.kind === 'files' ? fileCalled(source.pictures, name) : undefined;
  if (!file) return NONE;
  const bitmap = await createImageBitmap(file).catch(() => null);
  const scale = bitmap && Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  if (!bitmap || scale === null) return NONE;
  const [width, height] = [bitmap.width, bitmap.height].map((size) =>
    Math.max(1, Math.round(size * scale)),
  ) as [number, number];
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return NONE;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { image: rgbOf(context.getImageData(0, 0, width, height)), signal: null };
}

/** The file whose path ends as the sample's does, or the other way round. */
function fileCalled(files: ReadonlyMap<string, File>, name: string): File | undefined {
  const exact = files.get(name);
  if (exact) return exact;
  for (const [path, file] of files) if (path.endsWith(`/${name}`) || name.endsWith(`/${path}`)) return file;
  return undefined;
}
