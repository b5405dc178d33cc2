import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { LayersModel } from '@tensorflow/tfjs';
import { modelFiles } from '@ablation-cam/model';
import { commandOutput } from '../test/support/command-output.ts';
import { writeTextures } from '../test/support/textures-folder.ts';

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Folders that scenes open, made when the first of them asks. */
export class MadeFolders {
  readonly #root = mkdtemp(join(tmpdir(), 'ablation-cam-screenshots-'));
  #textures: Promise<string> | null = null;
  #result: Promise<string> | null = null;

  /** Where a file of this name may lie. */
  async place(name: string): Promise<string> {
    return join(await this.#root, name);
  }

  /** Sixty textures in a folder for each class, two of them in that of another. */
  textures(): Promise<string> {
    return (this.#textures ??= this.place('textures').then(async (folder) => {
      await writeTextures(folder, 60, [7, 31]);
      return folder;
    }));
  }

  /** What `explain-set` makes of thirty textures. */
  result(): Promise<string> {
    return (this.#result ??= this.place('textures.zarr').then(async (folder) => {
      await commandOutput(['explain-set', 'textures', '--limit', '30', '--workers', '1', '--out', folder]);
      return folder;
    }));
  }

  async remove(): Promise<void> {
    await rm(await this.#root, { recursive: true });
  }
}

/** The files of a model, which is disposed of. */
export async function filesOf(model: LayersModel): Promise<readonly GivenFile[]> {
  const files = await modelFiles(model);
  model.dispose();
  return files;
}

/** A PNG of a landscape: sky, sun, hills and a tree. */
export function landscape(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set(colorAt(x / width, y / height, width / height), 3 * (y * width + x));
  return encode({ width, height, channels: 3, data });
}

function colorAt(x: number, y: number, aspect: number): readonly number[] {
  const within = (left: number, top: number, radius: number): boolean =>
    Math.hypot((x - left) * aspect, y - top) < radius;
  if (within(0.32, 0.52, 0.14) || within(0.3, 0.4, 0.1)) return [40, 92 + 60 * x, 44];
  if (Math.abs(x - 0.32) < 0.012 && y > 0.5 && y < 0.8) return [92, 60, 36];
  if (y > 0.72 + 0.06 * Math.sin(5 * x)) return [88, 140 - 60 * y, 50];
  if (y > 0.6 + 0.1 * Math.sin(9 * x + 1)) return [96, 124, 112];
  if (within(0.78, 0.2, 0.09)) return [252, 220, 110];
  return [120 + 90 * y, 170 + 60 * y, 236];
}

/** A PNG of stripes whose left half can be seen through. */
export function seeThrough(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const x = pixel % width;
    const value = x % 12 < 6 ? 40 : 220;
    data.set([value, value / 2, 90, x < width / 2 ? 60 : 255], 4 * pixel);
  }
  return encode({ width, height, channels: 4, data });
}
