import { isLinearMerge } from '../../operations/merge.ts';
import type { CombineStep, PlanStep } from '../../plan/steps.ts';
import { sizeOf, type Shape } from '../../tail/shape.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import { combineLaunches, type Combination, type DeviceOperand } from '../operations/elementwise.ts';
import { wholeOf } from '../operations/result.ts';
import { isPooling, type StepContext } from './step-context.ts';

/** A step with an element-wise part at its end. */
type CombiningStep = PlanStep & Pick<CombineStep, 'shape' | 'segment' | 'epilogue' | 'output'>;

/**
 * The launches that combine deltas element by element and apply the step's epilogue. Two operands take one launch; each
 * further one, and a tensor that the epilogue adds, takes another on what has come out so far.
 */
export function combineOperands(
  combination: Combination,
  operands: readonly DeviceOperand[],
  step: CombiningStep,
  context: StepContext,
): Launch[] {
  const { shape, segment, epilogue } = step;
  const [first, second, ...others] = operands;
  if (!first) throw new RangeError('There is nothing to combine.');
  const addend = epilogue.addend && context.operand(epilogue.addend);
  const extra: [Combination, DeviceOperand][] = [
    ...others.map((operand): [Combination, DeviceOperand] => [combination, operand]),
    ...(addend ? [['add', addend] as [Combination, DeviceOperand]] : []),
  ];
  const constants = epilogue.scale && context.constants(step);
  const output = context.value(step.output);
  const finished = context.finished(
    context.bare(shape, segment, output),
    { ...epilogue, addend: null },
    null,
  );
  // What comes out on the way has the step's shape; the output may be pooled.
  const meet = extra.length > 0 && isPooling(epilogue) ? context.unpooled(shape, segment) : output;
  const bare = context.bare(shape, segment, meet);

  const launches: Launch[] = [];
  let soFar = first;
  const steps: (readonly [Combination, DeviceOperand | undefined])[] = [[combination, second], ...extra];
  steps.forEach(([name, operand], at) => {
    const isLast = at === steps.length - 1;
    // The scale comes after the last operand and before what the epilogue adds.
    const isCombined = at === others.length;
    const factor = isCombined && combination === 'average' ? 1 / operands.length : 1;
    const scaled = {
      ...(isLast ? finished : bare),
      scaleAt: isCombined ? (constants?.scaleAt ?? null) : null,
    };
    const pair: readonly [DeviceOperand, DeviceOperand?] = operand ? [soFar, operand] : [soFar];
    launches.push(
      ...combineLaunches(
        name,
        pair,
        scaled,
        scaled.scaleAt === null ? null : (constants?.buffer ?? null),
        factor,
      ),
    );
    if (isLast) return;
    const base = operand ? combinedBase(name, soFar, operand, shape, context, launches) : soFar.base;
    const isNextLast = at === steps.length - 2;
    soFar =
      isNextLast && meet !== output
        ? { label: 'all', shape, base, delta: meet, segment }
        : { label: 'output', shape, base };
  });
  return launches;
}

/** The base of what two operands give, in scratch, where the next launch reads it. */
function combinedBase(
  combination: Combination,
  first: DeviceOperand,
  second: DeviceOperand,
  shape: Shape,
  context: StepContext,
  launches: Launch[],
): BufferSpec | null {
  if (combination === 'first' || combination === 'prelu' || isLinearMerge(combination)) return null;
  const output = context.baseScratch(sizeOf(shape));
  const batch = { ...context.batch, variants: 1, firstVariant: 0 };
  const stream = ({ shape: own, base }: DeviceOperand): DeviceOperand => ({
    label: 'same',
    shape: own,
    base,
  });
  launches.push(
    ...combineLaunches(combination, [stream(first), stream(second)], {
      batch,
      isDelta: false,
      shape,
      segment: wholeOf(shape),
      output,
    }),
  );
  return output;
}
