import type { Shape } from '../tail/tail.ts';
import { sizeOf } from '../tail/shape.ts';

/** What is to be known of a plan to lay out what its runs give. */
interface ResultShape {
  /** Positions of the target's output. */
  readonly positions: Shape;
  /** Channels of the target's output, K. */
  readonly channels: number;
  /** Classes, C. */
  readonly classes: number;
}

/**
 * Where the parts of a result begin, in float32 elements: ablated scores and weights `[inputs, channels, classes]`, predicted
 * classes `[inputs]`, signed maps and maps `[inputs, maps, positions]`. The GPU leaves all of them in one buffer, which is read
 * back at once.
 */
export interface ResultLayout {
  readonly ablatedScores: number;
  readonly weights: number;
  readonly predicted: number;
  readonly mapSigned: number;
  readonly map: number;
  /** Of all parts together. */
  readonly length: number;
}

/** Lays out the result of so many inputs with so many maps each. */
export function resultLayout(
  { positions, channels, classes }: ResultShape,
  inputs: number,
  maps: number,
): ResultLayout {
  const scores = inputs * channels * classes;
  const predicted = 2 * scores;
  const mapSigned = predicted + inputs;
  const mapElements = inputs * maps * sizeOf(positions);
  return {
    ablatedScores: 0,
    weights: scores,
    predicted,
    mapSigned,
    map: mapSigned + mapElements,
    length: mapSigned + 2 * mapElements,
  };
}
