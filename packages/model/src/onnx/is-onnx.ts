/**
 * Whether bytes begin as ONNX files do: with the version of the format, which is 3 or later in all files since 2017. (A SavedModel
 * begins alike, and says 1.)
 */
export function isOnnx(bytes: Uint8Array): boolean {
  const [field, version = 0, next = 0] = bytes;
  // The first field, and after it another one of the message: 2 to 26 of them, of any wire type.
  return field === 0x08 && version >= 3 && version < 64 && next >> 3 >= 1 && (next & 7) <= 5;
}
