import {
  planSteps,
  type ContinueFrom,
  type FrontierChunk,
  type Fusion,
  type Score,
  type StepPlan,
} from '../../src/index.ts';
import { scoreChange } from '../../src/reference/score-change.ts';
import { eachLogitDelta, kernelsOf } from '../../src/reference/steps/run-steps.ts';
import { evaluateWithCubes, givenValues, naiveDeltas } from './naive-deltas.ts';
import type { RandomTail } from './random-tail.ts';

/**
 * What rounding in float64 may leave of a difference, relative to the largest value of the tail: the two evaluations sum
 * in different orders, and normalisations enlarge rounding errors by up to 1 / sqrt(epsilon).
 */
const ROUNDING = 1e-9;

/** Plans a tail and compares the reference executor's deltas and weights with one evaluation a channel. */
export async function checkRandomTail(random: RandomTail, fusion: Fusion): Promise<StepPlan> {
  const plan = planSteps(random.tail, { fusion });
  const { logits, deltas } = naiveDeltas(random);
  const values = evaluateWithCubes(random.tail, givenValues(random));
  const largest = values.reduce((most, value) => Math.max(most, ...value.map(Math.abs)), 1);
  const found = new Float64Array(deltas.length);
  const given = {
    activation: Float64Array.from(random.activation),
    off: random.off,
    logits,
    constant: (node: number) => Float64Array.from(random.constants.get(node) ?? []),
    continueFrom: ((chunk) => Promise.resolve(continueWithCubes(random, chunk))) satisfies ContinueFrom,
    turn: () => Promise.resolve(),
  };
  await eachLogitDelta(plan, kernelsOf(plan), given, (channel, drops) => {
    found.set(drops, channel * drops.length);
  });
  // What a fallback hands out is float32.
  const isRounded = plan.variantSteps.some(({ kind }) => kind === 'fallback');
  const allowed = (isRounded ? 1e-4 : ROUNDING) * largest;
  expectClose(random, plan, 'logit delta', found, deltas, allowed);
  if (isRounded) return plan;
  for (const score of ['logit', 'probability'] as const) {
    const [ours, naive] = [found, deltas].map((rows) => fallsOf(random, logits, rows, score));
    expectClose(random, plan, `fall of the ${score}`, ours ?? [], naive ?? [], allowed);
  }
  return plan;
}

function fallsOf({ tail }: RandomTail, logits: Float64Array, deltas: Float64Array, score: Score): number[] {
  const classes = logits.length;
  const falls: number[] = [];
  const change = scoreChange(logits, score, tail.scoreFunction);
  for (let row = 0; row < deltas.length; row += classes) {
    change.take(deltas.subarray(row, row + classes));
    for (let c = 0; c < classes; c++) falls.push(change.drop(c));
  }
  return falls;
}

function continueWithCubes(
  { tail, constants }: RandomTail,
  { variants, tensors }: FrontierChunk,
): Float32Array {
  const rows: number[] = [];
  for (let row = 0; row < variants; row++) {
    const given = new Map<number, Float64Array>();
    tail.nodes.forEach(({ operation, shape }, index) => {
      // Nothing behind the frontier depends on these.
      if (operation.kind === 'target') {
        given.set(index, new Float64Array(shape.reduce((size, length) => size * length, 1)));
      }
    });
    for (const [node, value] of constants) given.set(node, Float64Array.from(value));
    for (const { node, values } of tensors) {
      const size = values.length / variants;
      given.set(node, Float64Array.from(values.subarray(row * size, (row + 1) * size)));
    }
    rows.push(...(evaluateWithCubes(tail, given)[tail.output] ?? []));
  }
  return Float32Array.from(rows);
}

function expectClose(
  { seed, tail }: RandomTail,
  plan: StepPlan,
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: number,
): void {
  for (let i = 0; i < expected.length; i++) {
    const [got = NaN, want = NaN] = [found[i], expected[i]];
    if (Math.abs(got - want) <= allowed) continue;
    throw new Error(
      `seed ${seed}: ${what} ${i} is ${got}, expected ${want} (allowed ${allowed})\n` +
        describeTail(tail, plan),
    );
  }
}

/** A tail with its labels, a line a node. */
export function describeTail(tail: RandomTail['tail'], plan?: StepPlan): string {
  return tail.nodes
    .map(({ operation, inputs, shape }, index) => {
      const settings = Object.entries(operation)
        .filter(([, value]) => !(value instanceof Float32Array))
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      const label = plan?.labels[index]?.kind ?? '';
      return `${index} <- [${inputs.join(', ')}] [${shape.join(', ')}] ${settings.join(' ')} ${label}`;
    })
    .join('\n');
}
