import { seededRandom } from '@ablation-cam/tools/testing';
import type { Tail } from '../../src/index.ts';
import { addRandomOperation } from './random-operations.ts';
import { product, TailDrawing } from './tail-drawing.ts';

/** A tail drawn from a seed, with everything a run needs. */
export interface RandomTail {
  readonly seed: number;
  readonly tail: Tail;
  /** `[...positions, channels]` */
  readonly activation: Float32Array;
  readonly constants: ReadonlyMap<number, Float32Array>;
  /** `[channels]` */
  readonly off: Float32Array;
}

/** Returns a random graph over all kinds of operations, of tiny tensors: 1-D or 2-D, with branches and merges. */
export function randomTail(seed: number, options: { readonly opaque?: boolean } = {}): RandomTail {
  const random = seededRandom(seed);
  const positions = Array.from({ length: random.pick([0, 1, 1, 2, 2, 2]) }, () => random.integer(1, 6));
  const channels = random.pick([1, 2, 2, 3, 3, 4, 5, 6, 7, 9]);
  const drawing = new TailDrawing(random, [...positions, channels], random.uniform() < 0.1, seed % 3 === 0);
  const count = random.integer(0, 9);
  const opaqueAt = options.opaque ? random.integer(0, count) : -1;
  for (let i = 0; i <= count; i++) {
    if (i === opaqueAt) drawing.addOpaque();
    else if (i < count) addRandomOperation(drawing);
  }
  const tail = finish(drawing);
  const size = product([...positions, channels]);
  return {
    seed,
    tail,
    activation: random.uniform() < 0.5 ? random.floats(size) : random.floats(size).map((x) => Math.max(0, x)),
    constants: drawing.constants,
    off: random.pick([new Float32Array(channels), random.floats(channels)]),
  };
}

/** Connects the latest tensor to logits. */
function finish(drawing: TailDrawing): Tail {
  const { random } = drawing;
  let x = drawing.last;
  // Something must connect the target to the logits.
  if (!drawing.dependsOnTarget(x)) x = drawing.target;
  if (drawing.shape(x).length > 1) {
    const pools = random.uniform() < 0.4;
    x = pools
      ? drawing.add(
          { kind: 'global-pool', reduction: random.pick(['max', 'average']) },
          [x],
          drawing.shape(x).slice(-1),
        )
      : drawing.add({ kind: 'reshape' }, [x], [product(drawing.shape(x))]);
  }
  if (random.uniform() < 0.3) {
    x = drawing.dense(x, random.integer(1, 6));
    x = drawing.add(drawing.activation(), [x], drawing.shape(x));
  }
  if (random.uniform() < 0.9 || product(drawing.shape(x)) > 12) x = drawing.dense(x, random.integer(1, 6));
  const scoreFunction = random.pick(['softmax', 'sigmoid', 'linear'] as const);
  return { nodes: drawing.nodes, target: drawing.target, output: x, scoreFunction };
}
