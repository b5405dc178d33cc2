import { mostInflation } from './inflate.ts';

/** A PNG file taken apart. */
export interface PngChunks {
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** Of the pixels, unpacked, with a byte a row for its filter; a few more where they are interlaced. */
  readonly unpackedBytes: number;
  /** The zlib stream of the pixels. */
  readonly data: readonly Uint8Array<ArrayBuffer>[];
  /** The file with the chunks alone that pixels are made of: no text, profile or animation, which may unpack to any size. */
  readonly essential: Uint8Array<ArrayBuffer>;
}

const signatureBytes = 8;
const essentialChunks = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
/** Values a pixel by color type; the PNG specification, 11.2.2. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * @throws Error for a file that is cut short, or whose pixels cannot all be in it
 *
 * Source: Portable Network Graphics (PNG) Specification, section 5.
 */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, signatureBytes)];
  const data: Uint8Array<ArrayBuffer>[] = [];
  let dataBytes = 0;
  let isComplete = false;
  for (let at = signatureBytes; at + 12 <= bytes.byteLength && !isComplete;) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.byteLength) break;
    if (essentialChunks.includes(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IDAT') {
      data.push(bytes.slice(at + 8, end - 4));
      dataBytes += end - at - 12;
    }
    isComplete = type === 'IEND';
    at = end;
  }
  if (!isComplete || bytes.byteLength < signatureBytes + 25)
    throw new Error('it ends before its image data does');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const bitsPerPixel = view.getUint8(24) * (channelsOf[view.getUint8(25)] ?? 1);
  const unpackedBytes = height * (1 + Math.ceil((width * bitsPerPixel) / 8));
  if (unpackedBytes > (dataBytes + 1) * mostInflation) {
    throw new Error('its image data is too short for its size');
  }
  const essential = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of kept) {
    essential.set(part, offset);
    offset += part.length;
  }
  return { width, height, isInterlaced: view.getUint8(28) !== 0, unpackedBytes, data, essential };
}
