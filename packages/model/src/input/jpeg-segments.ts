const startOfScan = 0xda;

export interface JpegSegments {
  readonly width: number;
  readonly height: number;
  /** Color components: 1 grey, 3 color, 4 CMYK. */
  readonly components: number;
}

/**
 * What stands before the compressed data of a JPEG file.
 *
 * @throws Error for a file that ends before its data begins, or whose data cannot be all of its image
 *
 * Source: ITU-T T.81, annex B.
 */
export function readJpegSegments(bytes: Uint8Array): JpegSegments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let frame: Frame | undefined;
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    const marker = view.getUint8(offset + 1);
    if (marker === 0xff) {
      // Any number of fill bytes may precede a marker.
      offset++;
      continue;
    }
    if (marker === startOfScan) {
      if (frame === undefined) throw new Error('its image data has no header');
      if (8 * (bytes.length - offset) < leastBits(frame)) {
        throw new Error('its image data is too short for its size');
      }
      const { width, height, sampling } = frame;
      return { width, height, components: sampling.length };
    }
    const end = offset + 2 + view.getUint16(offset + 2);
    if (isFrameHeader(marker)) frame = readFrame(bytes.subarray(offset, end), marker);
    offset = end;
  }
  throw new Error('it ends before its image data');
}

interface Frame {
  readonly marker: number;
  readonly width: number;
  readonly height: number;
  /** Blocks across and down of each component in a unit of the image. */
  readonly sampling: readonly (readonly [number, number])[];
}

function readFrame(segment: Uint8Array, marker: number): Frame {
  const components = segment[9] ?? 0;
  if (segment.length < 10 + 3 * components) throw new Error('its header is damaged');
  const at = (index: number): number => segment[index] ?? 0;
  return {
    marker,
    height: at(5) * 256 + at(6),
    width: at(7) * 256 + at(8),
    sampling: Array.from({ length: components }, (_, i) => {
      const factors = at(11 + 3 * i);
      return [factors >> 4, factors & 15];
    }),
  };
}

/**
 * The bits that the image takes at least. Each block of 8 x 8 values is coded by a code for its mean and, unless the
 * image comes in several passes, one for its end; a Huffman code has at least one bit. Of arithmetic coding nothing is
 * known.
 */
function leastBits({ marker, width, height, sampling }: Frame): number {
  if (marker > 0xc2) return 0;
  const across = Math.max(1, ...sampling.map(([h]) => h));
  const down = Math.max(1, ...sampling.map(([, v]) => v));
  const blocks = sampling.reduce(
    (sum, [h, v]) => sum + Math.ceil((width * h) / across / 8) * Math.ceil((height * v) / down / 8),
    0,
  );
  return blocks * (marker === 0xc2 ? 1 : 2);
}

/** SOF0 to SOF15 without the tables that share their range (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
