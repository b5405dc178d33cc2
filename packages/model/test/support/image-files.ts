/** Image files made by hand, with what no encoder writes. */

export interface TiffOptions {
  readonly width: number;
  readonly height: number;
  readonly compression?: number;
  /** Further entries, each a tag with one 32-bit number. */
  readonly more?: Readonly<Record<number, number>>;
  readonly byteCount?: number;
  readonly rowsPerStrip?: number;
}

/** A little-endian grey TIFF of 8 bits in one strip, whose directory is its own successor. */
export function tiffFile(data: Uint8Array, options: TiffOptions): Uint8Array {
  const entries: [number, number][] = Object.entries({
    256: options.width,
    257: options.height,
    258: 8,
    259: options.compression ?? 1,
    262: 1,
    273: 8,
    277: 1,
    278: options.rowsPerStrip ?? options.height,
    279: options.byteCount ?? data.length,
    ...options.more,
  }).map(([tag, value]) => [Number(tag), value]);
  const directory = 8 + data.length;
  const file = new Uint8Array(directory + 2 + 12 * entries.length + 4);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  file.set(data, 8);
  view.setUint16(directory, entries.length, true);
  entries.forEach(([tag, value], i) => {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  });
  view.setUint32(file.length - 4, directory, true);
  return file;
}

/** A PNG that claims a size, with the pixels' data as given. */
export async function pngFile(
  width: number,
  height: number,
  pixels: Uint8Array<ArrayBuffer>,
  colorType = 0,
): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colorType], 8);
  const packed = await new Response(
    new Blob([pixels]).stream().pipeThrough(new CompressionStream('deflate')),
  ).arrayBuffer();
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk('IHDR', header),
    pngChunk('IDAT', new Uint8Array(packed)),
    pngChunk('IEND', new Uint8Array()),
  ];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file;
}

function pngChunk(type: string, body: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + body.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(body, 8);
  view.setUint32(8 + body.length, crc32(chunk.subarray(4, 8 + body.length)));
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
