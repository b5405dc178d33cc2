import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import { eachResultLaunches } from './each-result.ts';
import { convolutionBiasAt, type PackedWeights } from './packed-weights.ts';
import { encodeResult, resultBuffers, type Result } from './result.ts';
import { blockVariant, resultVariant } from './result-variant.ts';
import { SUM_PARTS } from './shaders.ts';

/** What is added to the sums. */
interface Summed {
  readonly weights: PackedWeights;
  readonly hasBias: boolean;
  readonly partial: BufferSpec | 'output' | null;
  readonly result: Result;
}

/** Returns the launches that add up parts of a convolution's sums, `[parts, batches, positions, filters]`, and finish them. */
export function sumPartsLaunches(
  { weights, hasBias, partial, result }: Summed,
  parts: BufferSpec,
  count: number,
): Launch[] {
  const biasAt = convolutionBiasAt(weights);
  const finished = {
    ...result,
    scaleAt: result.scaleAt === null || result.scaleAt === undefined ? null : biasAt + result.scaleAt,
  };
  const parameters = Uint32Array.of(
    count,
    Number(hasBias),
    biasAt,
    partial === null ? 0 : partial === 'output' ? 2 : 1,
  );
  const readsConstants = hasBias || finished.scaleAt !== null;
  return eachResultLaunches(finished, { cells: count }, (own) => ({
    shader: SUM_PARTS,
    overrides: partial === null ? resultVariant(own, { clipped: true }) : blockVariant(own),
    uniforms: [encodeResult(own), parameters],
    buffers: {
      ...resultBuffers(own),
      6: readsConstants ? weights.buffer : null,
      7: parts,
      8: partial === 'output' ? null : partial,
    },
  }));
}
