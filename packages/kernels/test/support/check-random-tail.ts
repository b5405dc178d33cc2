import { planSteps, type Fusion, type Score, type StepPlan } from '../../src/index.ts';
import { channelWeight } from '../../src/reference/channel-weights.ts';
import { baseScores, scoreChange } from '../../src/reference/score-change.ts';
import { kernelsOf, logitDeltas } from '../../src/reference/steps/run-steps.ts';
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
  const found = await logitDeltas(plan, kernelsOf(plan), {
    activation: Float64Array.from(random.activation),
    off: random.off,
    logits,
    constant: (node) => Float64Array.from(random.constants.get(node) ?? []),
    continueFrom: (chunk) => Promise.resolve(continueWithCubes(random, chunk)),
    turn: () => Promise.resolve(),
  });
  // What a fallback hands out is float32.
  const isRounded = plan.variantSteps.some(({ kind }) => kind === 'fallback');
  const allowed = (isRounded ? 1e-4 : ROUNDING) * largest;
  expectClose(random, plan, 'logit delta', found, deltas, allowed);
  if (isRounded) return plan;
  for (const score of ['logit', 'probability'] as const) {
    const [ours, naive] = [found, deltas].map((rows) => weightsOf(random, logits, rows, score));
    expectClose(random, plan, `weight of the ${score}`, ours ?? [], naive ?? [], allowed);
  }
  return plan;
}

function weightsOf({ tail }: RandomTail, logits: Float64Array, deltas: Float64Array, score: Score): number[] {
  const classes = logits.length;
  const weights: number[] = [];
  for (let row = 0; row < deltas.length; row += classes) {
    const change = scoreChange(
      baseScores(logits, score, tail.scoreFunction),
      deltas.subarray(row, row + classes),
    );
    change.drops.forEach((drop, c) => {
      const y = change.scores[c] ?? 0;
      // Next to a score of 0 a relative drop has no meaning to compare.
      weights.push(Math.abs(y) < 1e-3 ? 0 : channelWeight('relative-drop', drop, y, 0) * Math.abs(y));
    });
  }
  return weights;
}

function continueWithCubes(
  { tail, constants }: RandomTail,
  { variants, tensors }: Parameters<NonNullable<Parameters<typeof logitDeltas>[2]['continueFrom']>>[0],
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
