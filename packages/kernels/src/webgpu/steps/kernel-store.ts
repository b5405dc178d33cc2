import type { WeightPart } from '../../plan/steps.ts';
import { weightValues, type Weights, type WeightValues } from '../../plan/weights.ts';
import type { ConstantSpec } from '../launch/buffer-spec.ts';
import { packedByteLength, packWeights } from '../operations/packed-weights.ts';

/** What stands behind the rows of a kernel. */
export interface ConstantRows {
  readonly bias: Float32Array | null;
  readonly scale: WeightValues | null;
}

interface KeptPart {
  readonly filters: number;
  readonly part: WeightPart;
  /** Of all steps that read it. */
  rows: ConstantRows;
  readonly spec: ConstantSpec;
}

/**
 * The kernels of a plan on the device. A layer is evaluated on streams, with its bias, and taken on changes, with a scale: both
 * read one copy, in which behind the kernel is what either needs.
 */
export class KernelStore {
  readonly #kept = new Map<WeightValues, KeptPart[]>();

  /** The buffer of some rows of a kernel. */
  part(kernel: Weights, filters: number, part: WeightPart, rows: ConstantRows): ConstantSpec {
    // A product is worked out for one step.
    if (kernel.kind === 'product') return made(kernel, filters, part, rows).spec;
    const kept = this.#kept.get(kernel.values) ?? [];
    this.#kept.set(kernel.values, kept);
    const known = kept.find((other) => {
      const isSame =
        other.filters === filters && other.part.start === part.start && other.part.end === part.end;
      return isSame && isCompatible(other.rows, rows);
    });
    if (known) {
      known.rows = { bias: known.rows.bias ?? rows.bias, scale: known.rows.scale ?? rows.scale };
      return known.spec;
    }
    const own = made(kernel, filters, part, rows);
    kept.push(own);
    return own.spec;
  }
}

function made(kernel: Weights, filters: number, part: WeightPart, rows: ConstantRows): KeptPart {
  const own: KeptPart = {
    filters,
    part,
    rows,
    spec: {
      label: 'weights',
      byteLength: packedByteLength(filters, part),
      contents: () => packWeights(weightValues(kernel), filters, part, own.rows.bias, own.rows.scale),
    },
  };
  return own;
}

/** Whether one pair of rows can be both. */
function isCompatible(a: ConstantRows, b: ConstantRows): boolean {
  return (['bias', 'scale'] as const).every((name) => {
    return a[name] === null || b[name] === null || a[name] === b[name];
  });
}
