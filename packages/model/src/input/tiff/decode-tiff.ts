import { type ByteImage, toRgb, type Transparency } from '../byte-image.ts';
import type { DecodingTime } from '../decoding-time.ts';
import { unsupportedImage } from '../image-format.ts';
import { compressions } from './decompress.ts';
import type { TiffDirectory } from './directory.ts';

/** Whether the image is compressed in a way that is decoded here. */
export function isKnownCompression({ compression }: TiffDirectory): boolean {
  return compressions.has(compression);
}

/**
 * The pixels of a TIFF image of at most 8 bits a value - grey, palette or RGB, in strips or tiles - in memory for its size
 * alone, which is held against the length of its data first.
 *
 * @throws ModelError `unsupported-format` for other kinds of pixels, Error for a damaged file; as `time` does
 */
export async function decodeTiff(
  bytes: Uint8Array,
  directory: TiffDirectory,
  name: string,
  time: DecodingTime,
  transparency?: Transparency,
): Promise<ByteImage> {
  refuseUnsupported(directory, name);
  const samples = await readSamples(bytes, directory, time);
  return toRgb(colored(samples, directory), transparency);
}

function refuseUnsupported(directory: TiffDirectory, name: string): void {
  const { bits, photometric, samplesPerPixel, sampleFormat, compression, fillOrder, planar, predictor } =
    directory;
  const [depth = 1] = bits;
  if (depth > 8) throw unsupportedImage(name, `${depth} bits a value`);
  if (photometric > 3) throw unsupportedImage(name, `TIFF color space ${photometric}`);
  if (!compressions.has(compression)) throw unsupportedImage(name, `TIFF compression ${compression}`);
  if (sampleFormat.some((format) => format !== 1)) {
    throw unsupportedImage(name, 'values that are no whole numbers from 0');
  }
  const isKnown =
    bits.every((each) => each === depth) &&
    (photometric === 2 ? [3, 4].includes(samplesPerPixel) : [1, 2].includes(samplesPerPixel)) &&
    (depth === 8 || (samplesPerPixel === 1 && photometric !== 2 && [1, 2, 4].includes(depth))) &&
    fillOrder === 1 &&
    (planar === 1 || planar === 2) &&
    (predictor === 1 || (predictor === 2 && depth === 8));
  if (!isKnown) throw unsupportedImage(name, 'an unusual layout of its pixels');
}

/** Pixels of a tile of a small image. */
const largestTile = 2 ** 20;

/** The values of all pixels, `[height, width, samplesPerPixel]`, a byte each whatever their depth. */
async function readSamples(
  bytes: Uint8Array,
  directory: TiffDirectory,
  time: DecodingTime,
): Promise<Uint8Array> {
  const { width, height, bits, samplesPerPixel, planar, compression, predictor } = directory;
  const { isTiled, partWidth, partHeight, offsets, byteCounts } = directory;
  const [depth = 1] = bits;
  const planes = planar === 2 ? samplesPerPixel : 1;
  const valuesPerPixel = samplesPerPixel / planes;
  // A tile may be larger than the image, but not by any amount.
  if (partWidth < 1 || partHeight < 1 || partWidth * partHeight > Math.max(width * height, largestTile)) {
    throw new Error('its directory is damaged');
  }
  const across = Math.ceil(width / partWidth);
  const down = Math.ceil(height / partHeight);
  const { decompress, mostGrowth } = compressions.get(compression) ?? {};
  if (decompress === undefined || mostGrowth === undefined) throw new Error('its compression is unknown');
  const rowBytes = Math.ceil((partWidth * valuesPerPixel * depth) / 8);
  const parts = across * down * planes;
  if (offsets.length < parts || byteCounts.length < parts) throw new Error('its directory is damaged');
  // Parts that share bytes would stand for more work than the file is long.
  if (byteCounts.slice(0, parts).reduce((sum, count) => sum + count, 0) > bytes.byteLength) {
    throw new Error('its image data overlaps or ends too early');
  }
  const values = new Uint8Array(width * height * samplesPerPixel);
  for (let part = 0; part < parts; part++) {
    await time.turn();
    const plane = Math.floor(part / (across * down));
    const left = (part % across) * partWidth;
    const top = (Math.floor(part / across) % down) * partHeight;
    const rows = Math.min(partHeight, height - top);
    const [offset = 0, count = 0] = [offsets[part], byteCounts[part]];
    if (offset + count > bytes.byteLength) throw new Error('it ends before its image data does');
    // Tiles are stored with all their rows, the last strip mostly without those below the image.
    const stored = isTiled ? partHeight : rows;
    if (stored * rowBytes > count * mostGrowth) throw new Error('its image data is too short for its size');
    const unpacked = new Uint8Array(partHeight * rowBytes);
    const length = await decompress(bytes.slice(offset, offset + count), unpacked);
    if (length < rows * rowBytes) throw new Error('its image data is too short for its size');
    if (predictor === 2) addDifferences(unpacked, rows, rowBytes, valuesPerPixel);
    const columns = Math.min(partWidth, width - left);
    for (let y = 0; y < rows; y++) {
      const row = unpacked.subarray(y * rowBytes, (y + 1) * rowBytes);
      const to = ((top + y) * width + left) * samplesPerPixel + plane;
      if (depth === 8 && planes === 1) {
        values.set(row.subarray(0, columns * samplesPerPixel), to);
        continue;
      }
      for (let i = 0; i < columns * valuesPerPixel; i++) {
        values[to + i * planes] = depth === 8 ? (row[i] ?? 0) : bitsAt(row, i, depth);
      }
    }
  }
  return values;
}

/** Value `index` of a row of values of 1, 2 or 4 bits, the first in the highest bits. */
function bitsAt(row: Uint8Array, index: number, depth: number): number {
  const bit = index * depth;
  return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** Undoes horizontal differencing (TIFF 6.0, section 14). */
function addDifferences(unpacked: Uint8Array, rows: number, rowBytes: number, step: number): void {
  for (let y = 0; y < rows; y++) {
    for (let i = y * rowBytes + step; i < (y + 1) * rowBytes; i++) {
      unpacked[i] = (unpacked[i] ?? 0) + (unpacked[i - step] ?? 0);
    }
  }
}

/** Values as grey or colors of 8 bits. */
function colored(values: Uint8Array, directory: TiffDirectory): ByteImage {
  const { width, height, photometric, samplesPerPixel, bits, colorMap } = directory;
  const [depth = 1] = bits;
  const largest = 2 ** depth - 1;
  if (photometric === 2) return { width, height, channels: samplesPerPixel, data: values };
  if (photometric === 3) {
    if (colorMap.length < 3 * (largest + 1)) throw new Error('its palette is too short');
    const data = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const index = values[pixel * samplesPerPixel] ?? 0;
      for (let c = 0; c < 3; c++) data[pixel * 3 + c] = (colorMap[c * (largest + 1) + index] ?? 0) >> 8;
    }
    return { width, height, channels: 3, data };
  }
  const data = new Uint8Array(width * height);
  for (let pixel = 0; pixel < data.length; pixel++) {
    const grey = ((values[pixel * samplesPerPixel] ?? 0) * 255) / largest;
    data[pixel] = photometric === 0 ? 255 - grey : grey;
  }
  return { width, height, channels: 1, data };
}
