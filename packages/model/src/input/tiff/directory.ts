/** The first image of a TIFF file, as its directory describes it. */
export interface TiffDirectory {
  readonly littleEndian: boolean;
  readonly width: number;
  readonly height: number;
  /** Bits of each value of a pixel; TIFF allows them to differ. */
  readonly bits: readonly number[];
  readonly compression: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. */
  readonly photometric: number;
  readonly samplesPerPixel: number;
  /** 1 unsigned integers. */
  readonly sampleFormat: readonly number[];
  readonly fillOrder: number;
  /** 1 values of a pixel together, 2 a plane each. */
  readonly planar: number;
  readonly predictor: number;
  /** `[3, 2^bits]`, 16 bits each. */
  readonly colorMap: readonly number[];
  /** Strips are as wide as the image, tiles all of one size. */
  readonly isTiled: boolean;
  readonly partWidth: number;
  readonly partHeight: number;
  /** Where each strip or tile begins and how long it is, compressed. */
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

/** Bytes of a value by field type; those that are no whole numbers are of no use here. */
const typeBytes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

/**
 * Reads the first directory alone: where the next one is, and whether it leads back, is of no matter.
 *
 * @throws Error for one that is damaged
 *
 * Source: TIFF 6.0, sections 2 and 8.
 */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const start = bytes.byteLength < 8 ? Infinity : view.getUint32(4, littleEndian);
  if (start + 2 > bytes.byteLength) throw new Error('it holds no image');
  const count = view.getUint16(start, littleEndian);
  if (count === 0 || start + 2 + 12 * count > bytes.byteLength) throw new Error('its directory is damaged');
  const entries = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = start + 2 + 12 * i;
    const tag = view.getUint16(at, littleEndian);
    if (!entries.has(tag)) entries.set(tag, at);
  }

  const numbers = (tag: number): number[] | undefined => {
    const at = entries.get(tag);
    if (at === undefined) return undefined;
    const size = typeBytes[view.getUint16(at + 2, littleEndian)];
    const length = view.getUint32(at + 4, littleEndian);
    if (size === undefined || length === 0) throw new Error('its directory is damaged');
    const from = size * length <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
    if (from + size * length > bytes.byteLength) throw new Error('its directory is damaged');
    return Array.from({ length }, (_, i) => {
      const place = from + size * i;
      if (size === 1) return view.getUint8(place);
      return size === 2 ? view.getUint16(place, littleEndian) : view.getUint32(place, littleEndian);
    });
  };
  const number = (tag: number, fallback?: number): number => {
    const value = numbers(tag)?.[0] ?? fallback;
    if (value === undefined) throw new Error('its directory is damaged');
    return value;
  };

  const [width, height] = [number(256), number(257)];
  const isTiled = entries.has(322);
  return {
    littleEndian,
    width,
    height,
    bits: numbers(258) ?? [1],
    compression: number(259, 1),
    photometric: number(262),
    samplesPerPixel: number(277, 1),
    sampleFormat: numbers(339) ?? [1],
    fillOrder: number(266, 1),
    planar: number(284, 1),
    predictor: number(317, 1),
    colorMap: numbers(320) ?? [],
    isTiled,
    partWidth: isTiled ? number(322) : width,
    // A single strip may claim any number of rows.
    partHeight: isTiled ? number(323) : Math.min(number(278, height), height),
    offsets: numbers(isTiled ? 324 : 273) ?? [],
    byteCounts: numbers(isTiled ? 325 : 279) ?? [],
  };
}
