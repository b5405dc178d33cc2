import type { CombineStep, ConcatenateStep, Operand } from '../../plan/steps.ts';
import { channelsOf, isSameShape, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { MergeFunction } from '../../operations/merge.ts';
import type { Change } from '../change.ts';
import { channelSlice, operandBase, operandDelta, zeroDelta, type PlanValues } from '../operands.ts';
import { broadcastMerge } from '../operations/merging.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { ProgramShape, Tensor } from '../program.ts';

/** F(bases) - F(bases - deltas), element by element. */
export function lowerCombine(step: CombineStep, values: PlanValues): Change {
  const { b } = values;
  const { operands, shape, segment, function: name } = step;
  const [only] = operands;
  // Then nothing is broadcast, and channels outside the segment need not exist.
  const isAlone =
    only !== undefined &&
    operands.length === 1 &&
    sizeOf(only.shape) === sizeOf(shape) &&
    channelsOf(only.shape) === channelsOf(shape);
  const tensor = isAlone
    ? (operandDelta({ ...only, shape }, values, segment) ?? zeroDelta(b, shape, segment))
    : channelSlice(b, combined(name, operands, shape, values), segment);
  return { tensor, inside: false, positions: positionsOf(shape), channels: segment.length };
}

/** Deltas one after the other. */
export function lowerConcatenate({ operands, axis }: ConcatenateStep, values: PlanValues): Tensor {
  const { b } = values;
  return b.concat(
    operands.map((operand) => operandDelta(operand, values) ?? zeroDelta(b, operand.shape)),
    axis + 1,
  );
}

/** An operand as it meets the others: its delta is null where it is zero in all variants. */
interface Term {
  readonly base: () => Tensor;
  readonly delta: Tensor | null;
}

/** The change of the whole tensor, `[inputs * variants, ...shape]`. */
function combined(
  name: MergeFunction,
  operands: readonly Operand[],
  shape: Shape,
  values: PlanValues,
): Tensor {
  const { b } = values;
  const isFlat = operands.every((operand) => isSameShape(operand.shape, shape));
  // Deltas `[inputs, variants, ...]`, bases with a single variant; as few axes as do.
  const whole: ProgramShape = [b.inputs(), b.variants(), ...(isFlat ? [sizeOf(shape)] : shape)];
  const own = (operand: Operand): readonly number[] =>
    isFlat ? [sizeOf(shape)] : [...shape.slice(operand.shape.length).map(() => 1), ...operand.shape];
  const terms = operands.map((operand): Term => {
    const delta = operandDelta(operand, values);
    return {
      base: () => b.reshape(operandBase(operand, values), [b.inputs(), 1, ...own(operand)]),
      delta: delta === null ? null : b.reshape(delta, [b.inputs(), b.variants(), ...own(operand)]),
    };
  });
  const change = changeOf(b, name, terms);
  const rows = [b.rows(), ...shape];
  return change === null ? b.zeros(rows) : b.reshape(b.expand(change, whole), rows);
}

/** Null where it is zero. */
function changeOf(b: ProgramBuilder, name: MergeFunction, terms: readonly Term[]): Tensor | null {
  switch (name) {
    case 'add':
      return sumOf(b, terms);
    case 'average': {
      const sum = sumOf(b, terms);
      return sum === null ? null : b.binary('divide', sum, b.scalar(terms.length));
    }
    case 'subtract': {
      const [first = null, second = null] = terms.map(({ delta }) => delta);
      if (second === null) return first;
      return first === null ? b.unary('negate', second) : b.binary('subtract', first, second);
    }
    case 'multiply':
      return productChange(b, terms);
    case 'maximum':
    case 'minimum': {
      const bases = terms.map(({ base }) => base());
      const variants = terms.map(({ base, delta }) =>
        delta === null ? base() : b.binary('subtract', base(), delta),
      );
      return b.binary('subtract', broadcastMerge(b, name, bases), broadcastMerge(b, name, variants));
    }
  }
}

function sumOf(b: ProgramBuilder, terms: readonly Term[]): Tensor | null {
  const deltas = terms.flatMap(({ delta }) => delta ?? []);
  return deltas.length === 0 ? null : deltas.reduce((sum, delta) => b.binary('add', sum, delta));
}

/** x y - (x - d)(y - e) = d y + (x - d) e, one factor after the other: no difference of two large values. */
function productChange(b: ProgramBuilder, [first, ...others]: readonly Term[]): Tensor | null {
  if (!first) throw new RangeError('Nothing to multiply.');
  let product = first.base();
  let change = first.delta;
  for (const { base, delta } of others) {
    const kept = change === null ? product : b.binary('subtract', product, change);
    const ofProduct = change === null ? null : b.binary('multiply', change, base());
    const ofFactor = delta === null ? null : b.binary('multiply', kept, delta);
    change =
      ofProduct !== null && ofFactor !== null
        ? b.binary('add', ofProduct, ofFactor)
        : (ofProduct ?? ofFactor);
    product = b.binary('multiply', product, base());
  }
  return change;
}
