import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { readInput, textureClassNames } from '@ablation-cam/model';

/**
 * Writes the first textures as PNG files into a folder for each class.
 *
 * @param misplaced indices of those that lie in the folder of another class
 */
export async function writeTextures(
  folder: string,
  count: number,
  misplaced: readonly number[],
): Promise<void> {
  const classes = textureClassNames.length;
  for (let index = 0; index < count; index++) {
    const { original, label = 0 } = await readInput(`textures:${index}`, { shape: [64, 64, 3] });
    const { width = 0, height = 0, rgb = new Uint8Array() } = original ?? {};
    const said = misplaced.includes(index) ? (label + 1) % classes : label;
    const place = join(folder, textureClassNames[said] ?? '');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, `${index}.png`), encode({ width, height, channels: 3, data: rgb }));
  }
}
