import { checkSum, sha256 } from './checksum.ts';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';

/** `encodeSafetensors` with a checksum of all that the file holds among its metadata, `sha256`. */
export async function encodeSealedSafetensors({ tensors, metadata }: Safetensors): Promise<Uint8Array> {
  const digits = await sha256(encodeSafetensors({ tensors, metadata }));
  // First, so that the others keep their order when it is taken out.
  return encodeSafetensors({
    tensors,
    metadata: { ...(digits !== null && { sha256: digits }), ...metadata },
  });
}

/**
 * What `encodeSealedSafetensors` was given.
 *
 * @param fileName for messages
 * @throws ModelError `invalid-file` for another file than was written, also where its checksum is missing
 */
export async function decodeSealedSafetensors(file: Uint8Array, fileName: string): Promise<Safetensors> {
  const { tensors, metadata: all } = decodeSafetensors(file, fileName);
  const { sha256: digits = 'none', ...metadata } = all;
  await checkSum(fileName, encodeSafetensors({ tensors, metadata }), digits);
  return { tensors, metadata };
}
