import type { StepPlan } from '../plan/step-plan.ts';
import { weightValues, type Weights, type WeightValues } from '../plan/weights.ts';

/** Multiply-adds between two turns: some ten milliseconds. */
const OPERATIONS_A_TURN = 1e7;

/**
 * Returns the kernels of a plan's steps, with products worked out; nobody may write to them.
 *
 * @param turn awaited every now and then: products of large layers take seconds
 */
export async function kernelsInTurns(
  { variantSteps }: StepPlan,
  turn: () => Promise<void>,
): Promise<Map<Weights, WeightValues>> {
  const kernels = new Map<Weights, WeightValues>();
  for (const step of variantSteps) {
    if ('kernel' in step && !kernels.has(step.kernel))
      kernels.set(step.kernel, await valuesInTurns(step.kernel, turn));
  }
  return kernels;
}

/** As `weightValues`, some rows at a time. */
async function valuesInTurns(weights: Weights, turn: () => Promise<void>): Promise<WeightValues> {
  if (weights.kind === 'given') return weights.values;
  const { rows, inner, columns } = weights;
  const left = await valuesInTurns(weights.left, turn);
  const size = Math.max(1, Math.floor(OPERATIONS_A_TURN / (inner * columns)));
  const values = new Float64Array(rows * columns);
  for (let first = 0; first < rows; first += size) {
    await turn();
    const count = Math.min(size, rows - first);
    const part = { kind: 'given', values: left.subarray(first * inner, (first + count) * inner) } as const;
    values.set(weightValues({ ...weights, left: part, rows: count }), first * columns);
  }
  return values;
}
