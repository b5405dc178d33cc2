import type { WeightPart } from '../../plan/steps.ts';
import { weightValues, type Weights, type WeightValues } from '../../plan/weights.ts';
import type { ConstantSpec } from '../launch/buffer-spec.ts';
import type { Layout } from '../launch/layout.ts';
import { areHalves } from '../operations/halves.ts';
import {
  packedByteLength,
  packWeights,
  type PackedWeights,
  type Packing,
} from '../operations/packed-weights.ts';

/** What stands behind the rows of a kernel. */
export interface ConstantRows {
  readonly bias: Float32Array | null;
  readonly scale: WeightValues | null;
}

/** Rows of a kernel, with their contents. */
export interface StoredWeights extends PackedWeights {
  readonly buffer: ConstantSpec;
}

interface KeptPart {
  /** Of all steps that read it. */
  rows: ConstantRows;
  readonly stored: StoredWeights;
}

/**
 * The kernels of a plan on the device. A layer is evaluated on streams, with its bias, and taken on changes, with a scale: both
 * read one copy, in which behind the kernel is what either needs.
 */
export class KernelStore {
  readonly #kept = new Map<WeightValues, KeptPart[]>();
  readonly #halves = new Map<WeightValues, boolean>();
  readonly #readsHalves: boolean;

  constructor({ readsHalves }: Layout) {
    this.#readsHalves = readsHalves;
  }

  /** Some rows of a kernel. */
  part(kernel: Weights, filters: number, part: WeightPart, rows: ConstantRows): StoredWeights {
    // A product is worked out for one step.
    if (kernel.kind === 'product') return made(kernel, { filters, part, areHalves: false }, rows).stored;
    const kept = this.#kept.get(kernel.values) ?? [];
    this.#kept.set(kernel.values, kept);
    const known = kept.find(({ stored, rows: others }) => {
      const isSame =
        stored.filters === filters && stored.part.start === part.start && stored.part.end === part.end;
      return isSame && isCompatible(others, rows);
    });
    if (known) {
      known.rows = { bias: known.rows.bias ?? rows.bias, scale: known.rows.scale ?? rows.scale };
      return known.stored;
    }
    const own = made(kernel, { filters, part, areHalves: this.#areHalves(kernel.values) }, rows);
    kept.push(own);
    return own.stored;
  }

  #areHalves(values: WeightValues): boolean {
    const known = this.#halves.get(values) ?? (this.#readsHalves && areHalves(values));
    this.#halves.set(values, known);
    return known;
  }
}

function made(kernel: Weights, packing: Packing, rows: ConstantRows): KeptPart {
  const own: KeptPart = {
    rows,
    stored: {
      ...packing,
      buffer: {
        label: 'weights',
        byteLength: packedByteLength(packing),
        contents: () => packWeights(weightValues(kernel), packing, own.rows.bias, own.rows.scale),
      },
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
