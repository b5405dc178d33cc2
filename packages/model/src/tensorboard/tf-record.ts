import { crc32c } from './crc32c.ts';

/**
 * One record of a TFRecord file: the length (8 bytes, little-endian), its masked CRC, the data, their masked CRC.
 *
 * Source: TensorFlow, `core/lib/io/record_writer.h` and `core/lib/hash/crc32c.h` (the mask keeps a checksum over data
 * that hold checksums from degenerating).
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.byteLength + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.byteLength), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.byteLength, maskedCrc(data), true);
  return record;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}
