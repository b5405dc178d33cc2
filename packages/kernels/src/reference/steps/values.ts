import { ownerOf } from '../../plan/owner.ts';
import type { Operand, ValueId } from '../../plan/steps.ts';
import { sizeOf } from '../../tail/shape.ts';
import type { Tensor } from '../tensor.ts';
import { placeSegment } from './segments.ts';

/** The values of one input and one variant. */
export class Values {
  /** Multiply-adds of convolutions of deltas that were not done, since the delta is 0. */
  operationsLeftOut = 0;
  readonly #data: (Float64Array | undefined)[] = [];

  get(id: ValueId | null): Float64Array {
    const data = id === null ? undefined : this.#data[id];
    if (!data) throw new RangeError(`Value ${String(id)} is read before it is made.`);
    return data;
  }

  set(id: ValueId, data: Float64Array): void {
    this.#data[id] = data;
  }

  /** The base of an operand that a step reads. */
  base({ base, shape }: Operand): Tensor {
    return { shape, data: this.get(base) };
  }

  /** base - variant of an operand, all of its channels. */
  delta(operand: Operand, variant: number): Tensor {
    const { shape } = operand;
    switch (operand.label) {
      case 'same':
        return { shape, data: new Float64Array(sizeOf(shape)) };
      case 'one-channel': {
        const off = this.get(operand.off);
        const data = this.get(operand.base).map((on, i) => {
          return ownerOf(operand.owner, i) === variant ? on - off[i]! : 0;
        });
        return { shape, data };
      }
      case 'all':
        return placeSegment(this.get(operand.delta), operand.segment, shape);
    }
  }

  /** An operand's tensor in a variant. */
  variant(operand: Operand, variant: number): Tensor {
    return minus(this.base(operand), this.delta(operand, variant));
  }
}

export function minus(a: Tensor, b: Tensor): Tensor {
  return { shape: a.shape, data: a.data.map((value, i) => value - b.data[i]!) };
}
