import { sizeOf, type Shape } from '../tail/shape.ts';

/** What is to be known of a plan to lay out what its runs give. */
interface ResultShape {
  /** Positions of the target's output. */
  readonly positions: Shape;
  /** Channels of the target's output, K. */
  readonly channels: number;
  /** Classes, C. */
  readonly classes: number;
}

/** What a run is to give of each input. */
export interface Wanted {
  /** Classes that are explained, M. */
  readonly classes: number;
  /** Maps that the GPU makes: M, or none where the CPU makes them. */
  readonly maps: number;
  /** Whether the scores of all classes without each channel are wanted. */
  readonly scores: boolean;
}

/**
 * Where the parts of a result begin, in float32 elements: weights `[inputs, M, channels]`, signed maps and maps
 * `[inputs, maps, positions]` and, where they are wanted, ablated scores `[inputs, channels, classes]`. The GPU leaves all of
 * them in one buffer, which is read back at once.
 */
export interface ResultLayout {
  readonly weights: number;
  readonly mapSigned: number;
  readonly map: number;
  /** The end of what is read back whatever is wanted. A single dispatch keeps the falls of all logits from here on. */
  readonly ablatedScores: number;
  /** Of all parts that are wanted together. */
  readonly length: number;
}

/** Lays out the result of so many inputs. */
export function resultLayout(
  { positions, channels, classes }: ResultShape,
  inputs: number,
  wanted: Wanted,
): ResultLayout {
  const mapSigned = inputs * wanted.classes * channels;
  const mapElements = inputs * wanted.maps * sizeOf(positions);
  const ablatedScores = mapSigned + 2 * mapElements;
  return {
    weights: 0,
    mapSigned,
    map: mapSigned + mapElements,
    ablatedScores,
    length: ablatedScores + (wanted.scores ? inputs * channels * classes : 0),
  };
}

/** What a run gives that explains `classes` classes of each input and whose maps the GPU makes. */
export function wantedOf(classes: number, scores = false): Wanted {
  return { classes, maps: classes, scores };
}
