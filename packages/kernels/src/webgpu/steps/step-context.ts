import type { Epilogue, Operand, PlanStep, Segment, ValueId } from '../../plan/steps.ts';
import { sizeOf, type Shape } from '../../tail/shape.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { OffStream } from '../operations/convolution.ts';
import type { DeviceOperand } from '../operations/elementwise.ts';
import type { Addend, VariantBatch, Result } from '../operations/result.ts';
import type { StepConstants } from './step-constants.ts';

/** The off streams that have one number a channel, and how these lie. */
export interface ConstantOff {
  readonly values: ReadonlySet<ValueId>;
  readonly channels: number;
  /** From one input to the next; 0 where they share the numbers. */
  readonly step: number;
}

const ALL_WRITTEN: ConstantOff = { values: new Set(), channels: 1, step: 0 };

/** What the launches of a chunk's steps are made from. */
export class StepContext {
  readonly batch: VariantBatch;
  readonly #buffers: readonly BufferSpec[];
  readonly #constants: ReadonlyMap<PlanStep, StepConstants>;
  readonly #constantOff: ConstantOff;

  /** @param buffers one for each value of the plan */
  constructor(
    batch: VariantBatch,
    buffers: readonly BufferSpec[],
    constants: ReadonlyMap<PlanStep, StepConstants>,
    constantOff: ConstantOff = ALL_WRITTEN,
  ) {
    this.batch = batch;
    this.#constantOff = constantOff;
    this.#buffers = buffers;
    this.#constants = constants;
  }

  value(id: ValueId): BufferSpec {
    const buffer = this.#buffers[id];
    if (!buffer) throw new RangeError(`The plan has no value ${String(id)}.`);
    return buffer;
  }

  valueOrNull(id: ValueId | null): BufferSpec | null {
    return id === null ? null : this.value(id);
  }

  /** An off stream. */
  off(id: ValueId): OffStream {
    const { values, channels, step } = this.#constantOff;
    return { values: this.value(id), constant: values.has(id) ? { channels, step } : null };
  }

  constants(step: PlanStep): StepConstants {
    const constants = this.#constants.get(step);
    if (!constants) throw new RangeError(`The constants of a ${step.kind} step are not known.`);
    return constants;
  }

  /** For each variant of each input. */
  scratch(elements: number): BufferSpec {
    return this.baseScratch(this.batch.variants * elements);
  }

  /** For each input. */
  baseScratch(elements: number): BufferSpec {
    return this.batch.workspace.scratch(this.batch.inputs * elements);
  }

  operand(operand: Operand): DeviceOperand {
    switch (operand.label) {
      case 'same':
        return { label: 'same', shape: operand.shape, base: this.valueOrNull(operand.base) };
      case 'one-channel':
        return { ...operand, base: this.value(operand.base), off: this.value(operand.off) };
      case 'all':
        return { ...operand, base: this.valueOrNull(operand.base), delta: this.value(operand.delta) };
    }
  }

  /** Deltas of `shape`, on a segment of its channels, with nothing done to them. */
  bare(shape: Shape, segment: Segment, output: BufferSpec): Result {
    return { batch: this.batch, isDelta: true, shape, segment, output };
  }

  /** The result with the whole epilogue. */
  finished(result: Result, epilogue: Epilogue, scaleAt: number | null): Result {
    return {
      ...result,
      scaleAt,
      addend: epilogue.addend && this.#addend(epilogue.addend),
      activation: epilogue.activation,
      base: this.valueOrNull(epilogue.base),
      pool: epilogue.pool,
      reduction: epilogue.globalPool?.reduction ?? null,
    };
  }

  /** Deltas before a pooling epilogue, in scratch; `sizeOf` the positions times the segment. */
  unpooled(shape: Shape, segment: Segment): BufferSpec {
    return this.scratch(sizeOf(shape.slice(0, -1)) * segment.length);
  }

  #addend(operand: NonNullable<Epilogue['addend']>): Addend {
    return operand.label === 'all'
      ? { label: 'all', delta: this.value(operand.delta), segment: operand.segment }
      : {
          label: 'one-channel',
          base: this.value(operand.base),
          off: this.value(operand.off),
          owner: operand.owner,
        };
  }
}

export function isPooling({ pool, globalPool }: Epilogue): boolean {
  return pool !== null || globalPool !== null;
}

export function isNothing(epilogue: Epilogue): boolean {
  return (
    epilogue.scale === null &&
    epilogue.addend === null &&
    epilogue.activation === null &&
    !isPooling(epilogue)
  );
}
