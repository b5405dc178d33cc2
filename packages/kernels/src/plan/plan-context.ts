import { sizeOf, type Shape } from '../tail/shape.ts';
import type { Operation } from '../operations/operation.ts';
import type { Tail, TailNode } from '../tail/tail.ts';
import { NO_EPILOGUE, type OpenStep, type UnfinishedStep } from './open-step.ts';
import type { PlanLimits } from './step-plan.ts';
import type {
  DeltaOperand,
  Epilogue,
  InputStep,
  OneChannelOperand,
  Operand,
  PlanValue,
  Segment,
  Stream,
  ValueId,
  VariantStep,
} from './steps.ts';
import {
  isSame,
  lazy,
  onlyPart,
  wholeSegment,
  type Lazy,
  type Part,
  type TensorState,
} from './tensor-state.ts';
import { lowRankOf } from './low-rank.ts';
import { kernelParts } from './weight-parts.ts';

/** Which operations a step may take over from those that follow it. */
export type Fusion =
  /** Factors, an addend, an activation and pooling: pooled deltas are never stored unpooled. */
  | 'pooling'
  /** The same without pooling. */
  | 'activation'
  /** One operation a step. */
  | 'none';

/** A plan while it is made: values and steps in the order in which they will run. */
export class PlanContext {
  readonly values: Omit<PlanValue, 'slot'>[] = [];
  readonly given: { node: number; value: ValueId }[] = [];
  readonly inputSteps: InputStep[] = [];
  readonly variantSteps: VariantStep[] = [];

  constructor(
    readonly tail: Tail,
    readonly limits: PlanLimits,
    readonly fusion: Fusion,
    /** How many operations of the tail read each node. */
    readonly consumers: readonly number[],
  ) {}

  node(index: number): TailNode {
    const node = this.tail.nodes[index];
    if (!node) throw new RangeError(`The tail has no node ${String(index)}.`);
    return node;
  }

  addValue(node: number, stream: Stream, elements: number): ValueId {
    const name = `${this.node(node).name}.${stream}`;
    return this.values.push({ name, node, stream, elements }) - 1;
  }

  addGiven(node: number): ValueId {
    const value = this.addValue(node, 'base', sizeOf(this.node(node).shape));
    this.given.push({ node, value });
    return value;
  }

  switchOff(node: number): ValueId {
    const { shape, name } = this.node(node);
    const output = this.addValue(node, 'off', sizeOf(shape));
    this.inputSteps.push({ kind: 'switch-off', node, layers: [name], output, shape });
    return output;
  }

  /** An operation on the values of the base, the off stream or one variant. */
  evaluate(
    stream: Stream,
    node: number,
    operation: Operation,
    inputs: readonly { readonly value: ValueId; readonly shape: Shape }[],
    shape: Shape,
  ): ValueId {
    const output = this.addValue(node, stream, sizeOf(shape));
    this.inputSteps.push({
      kind: 'evaluate',
      node,
      layers: [this.node(node).name],
      // A variant of the naive loop is a run with something switched off.
      stream: stream === 'base' ? 'base' : 'off',
      operation,
      inputs,
      output,
      shape,
      parts: kernelParts(operation, inputs[0]?.shape ?? [], this.limits),
    });
    return output;
  }

  /** The base of a node from those of its inputs. */
  base(node: number, inputs: readonly TensorState[]): Lazy {
    const { operation, shape } = this.node(node);
    return lazy(
      () =>
        this.evaluate(
          'base',
          node,
          operation,
          inputs.map((input) => ({ value: input.base(), shape: input.shape })),
          shape,
        ),
      () => inputs.map((input) => input.base),
    );
  }

  /** The off stream of a node; an input that is the same in all variants enters with its base. */
  off(node: number, inputs: readonly TensorState[]): Lazy {
    const { operation, shape } = this.node(node);
    const sources = inputs.map(({ oneChannel, base, shape: own }) => ({
      made: oneChannel?.off ?? base,
      shape: own,
    }));
    return lazy(
      () =>
        this.evaluate(
          'off',
          node,
          operation,
          sources.map(({ made, shape: own }) => ({ value: made(), shape: own })),
          shape,
        ),
      () => sources.map(({ made }) => made),
    );
  }

  /** A part that `step` will make, with room for the operations that follow. */
  open(node: number, step: UnfinishedStep, segment: Segment, before: readonly string[] = []): Part {
    const layers = [...before, this.node(node).name];
    return this.#part({ step, epilogue: NO_EPILOGUE, shape: step.shape, node, layers }, segment);
  }

  /** The same step, which covers one more node. */
  extend(open: OpenStep, segment: Segment, node: number, epilogue: Epilogue, shape = open.shape): Part {
    const layers = node === open.node ? open.layers : [...open.layers, this.node(node).name];
    return this.#part({ ...open, epilogue, shape, node, layers }, segment);
  }

  #part(open: OpenStep, segment: Segment): Part {
    return { segment, open, delta: lazy(() => this.#close(open, segment)) };
  }

  /**
   * What the next operation may extend: a step whose result nobody else waits for, or one that is cheaper to repeat in
   * each consumer than its result is to store.
   */
  extendable(state: TensorState, part: Part): OpenStep | null {
    return this.fusion === 'none' ? null : this.repeatable(state, part);
  }

  repeatable(state: TensorState, { open }: Part): OpenStep | null {
    const isShared = (this.consumers[state.node] ?? 0) > 1;
    return open && isShared && lowRankOf(open) === null ? null : open;
  }

  /** A tensor as a step reads it. */
  operand(state: TensorState, readsBase: boolean): Operand {
    const { shape } = state;
    if (isSame(state)) return { label: 'same', shape, base: readsBase ? state.base() : null };
    const [part] = state.parts;
    if (state.oneChannel && !part) return this.oneChannelOperand(state);
    if (part && !state.oneChannel && state.parts.length === 1)
      return this.deltaOperand(state, part, readsBase);
    return this.deltaOperand(state, this.widened(state), readsBase);
  }

  oneChannelOperand({ oneChannel, base, shape }: TensorState): OneChannelOperand {
    if (!oneChannel) throw new RangeError('The tensor has no off stream.');
    return { label: 'one-channel', shape, base: base(), off: oneChannel.off(), owner: oneChannel.owner };
  }

  deltaOperand({ shape, base }: TensorState, part: Part, readsBase: boolean): DeltaOperand {
    const { segment, delta } = part;
    return { label: 'all', shape, base: readsBase ? base() : null, delta: delta(), segment };
  }

  /** One part that covers all channels; what is not there yet is written out. */
  widened(state: TensorState): Part {
    const whole = onlyPart(state);
    if (whole) return whole;
    const operands: Operand[] = state.parts.map((part) => this.deltaOperand(state, part, false));
    if (state.oneChannel) operands.unshift(this.oneChannelOperand(state));
    if (isSame(state)) operands.push(this.operand(state, false));
    const segment = wholeSegment(state.shape);
    const step: UnfinishedStep = { kind: 'combine', function: 'add', operands, shape: state.shape, segment };
    return this.open(state.node, step, segment);
  }

  /** The delta of a step without an epilogue. */
  concatenate(node: number, axis: number, operands: readonly Operand[], shape: Shape): ValueId {
    const output = this.addValue(node, 'delta', sizeOf(shape));
    const layers = [this.node(node).name];
    this.variantSteps.push({ kind: 'concatenate', node, layers, axis, operands, shape, output });
    return output;
  }

  #close({ step, epilogue, shape, node, layers }: OpenStep, segment: Segment): ValueId {
    const elements = (sizeOf(shape) / (shape.at(-1) ?? 1)) * segment.length;
    const output = this.addValue(node, 'delta', elements);
    this.variantSteps.push({ ...step, node, layers, epilogue, output });
    return output;
  }
}
