const startOfScan = 0xda;
/** APP1 holds EXIF. */
const exifMarker = 0xe1;

export interface JpegSegments {
  /** Colour components: 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  /** The file without EXIF, so that no decoder turns the image by its orientation tag. */
  readonly withoutExif: Uint8Array<ArrayBuffer>;
}

/**
 * What stands before the compressed data of a JPEG file.
 *
 * @throws Error for a file that ends before its data begins
 *
 * Source: ITU-T T.81, annex B.
 */
export function readJpegSegments(bytes: Uint8Array): JpegSegments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let components = 0;
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    const marker = view.getUint8(offset + 1);
    if (marker === 0xff) {
      // Any number of fill bytes may precede a marker.
      offset++;
      continue;
    }
    if (marker === startOfScan) {
      return { components, withoutExif: joined([...kept, bytes.subarray(offset)]) };
    }
    const end = offset + 2 + view.getUint16(offset + 2);
    if (isFrameHeader(marker)) components = bytes[offset + 9] ?? 0;
    if (marker !== exifMarker) kept.push(bytes.subarray(offset, end));
    offset = end;
  }
  throw new Error('it ends before its image data');
}

/** SOF0 to SOF15 without the tables that share their range (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
