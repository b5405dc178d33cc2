import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, seededRandom } from '@ablation-cam/tools/testing';
import { planSteps, weightValues, type ContributeStep, type StepPlan, type Tail } from '../src/index.ts';
import {
  kernelsInTurns,
  LastStep,
  lastStepOf,
  lowerPlan,
  type Primitive,
  type PlanProgram,
  type Program,
} from '../src/lowering.ts';
import { kernelsOf } from '../src/reference/steps/run-steps.ts';
import { describeTail } from './support/check-random-tail.ts';
import { evaluateWithCubes, givenValues, naiveDeltas } from './support/naive-deltas.ts';
import { densenet121 } from './support/networks/densenet121.ts';
import { efficientNetB0 } from './support/networks/efficientnet-b0.ts';
import { mobileNetV2 } from './support/networks/mobilenet-v2.ts';
import { resnet50 } from './support/networks/resnet50.ts';
import { vgg7 } from './support/networks/vgg7.ts';
import { checkProgram } from './support/program-shapes.ts';
import { randomTail, type RandomTail } from './support/random-tail.ts';
import { runProgram } from './support/run-program.ts';

const FUSIONS = ['pooling', 'activation', 'none'] as const;

const TAILS = 400;

/** As for plans on the reference executor: float64, other orders of summing, normalisations that enlarge rounding. */
const ROUNDING = 1e-9;

const test = suite('lowered programs');

/** A second input beside that of a random tail. */
function otherInput(random: RandomTail): RandomTail {
  return { ...random, activation: random.activation.map((value, i) => Math.cos(i) - value / 2) };
}

/** The outputs a program should have for one input: changes of logits, or the variants of the tensors it hands out. */
function expectedOf(program: PlanProgram, random: RandomTail): Float64Array[] {
  if (program.output.kind !== 'frontier') return [naiveDeltas(random).deltas];
  const { tail, activation, off } = random;
  const variants = Array.from(off, (value, k) => {
    const masked = Float64Array.from(activation, (on, i) => (i % off.length === k ? value : on));
    return evaluateWithCubes(tail, givenValues(random).set(tail.target, masked));
  });
  return program.output.tensors.map(({ node }) =>
    Float64Array.from(variants.flatMap((values) => [...(values[node] ?? [])])),
  );
}

function joined(parts: readonly (Float64Array | undefined)[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...(part ?? [])]));
}

/** Compares a program on two inputs with one evaluation of the tail for each variant. */
function checkLowered(random: RandomTail, plan: StepPlan, program: PlanProgram, variants: number): void {
  const inputs = [random, otherInput(random)];
  const all = inputs.map((input) => givenValues(input));
  const given = new Map(plan.given.map(({ node }) => [node, joined(all.map((values) => values.get(node)))]));
  const off = joined(inputs.map((input) => Float64Array.from(input.off)));
  const found = runProgram(program, { inputs: 2, given, off }, plan.channels, variants);
  const expected = inputs.map((input) => expectedOf(program, input));
  const largest = inputs.reduce((most, input, n) => {
    const values = evaluateWithCubes(input.tail, all[n] ?? new Map<number, Float64Array>());
    return values.reduce((own, value) => Math.max(own, ...value.map(Math.abs)), most);
  }, 1);
  found.forEach((values, i) => {
    const want = joined(expected.map((parts) => parts[i]));
    assert.is(values.length, want.length);
    values.forEach((got, at) => {
      if (Math.abs(got - (want[at] ?? NaN)) <= ROUNDING * largest) return;
      const where = `seed ${random.seed}, output ${i}, place ${at}, ${program.variants}`;
      throw new Error(`${where}: ${got}, expected ${String(want[at])}\n${describeTail(random.tail, plan)}`);
    });
  });
}

/** As `checkLowered`, where the program leaves its last step to `LastStep`. */
function checkLastStep(random: RandomTail, plan: StepPlan, step: ContributeStep): void {
  const program = lowerPlan(plan, kernelsOf(plan), { variants: 'all', leavesLastStep: true });
  checkProgram(program, { inputs: 1, first: 0, variants: plan.channels });
  const given = givenValues(random);
  const off = Float64Array.from(random.off);
  const [base, offs] = runProgram(program, { inputs: 1, given, off }, plan.channels, plan.channels);
  const last = new LastStep(step, weightValues(step.kernel));
  const drops = new Float64Array(plan.classes);
  const { deltas } = naiveDeltas(random);
  for (let k = 0; k < plan.channels; k++) {
    last.dropsOf(0, k, Float32Array.from(base ?? []), Float32Array.from(offs ?? []), drops);
    // What the last step reads is float32.
    const expected = deltas.subarray(k * plan.classes, (k + 1) * plan.classes);
    assertClose(drops, expected, { ofLargest: 1e-5, absolute: 1e-5 }, `seed ${random.seed}, channel ${k}`);
  }
}

/** The programs of a plan, checked and compared; returns the kinds of operations they have. */
function checkSeed(seed: number, opaque: boolean): { kinds: Set<Primitive['kind']>; hasLastStep: boolean } {
  const random = randomTail(seed, { opaque });
  const plan = planSteps(random.tail, { fusion: FUSIONS[seed % FUSIONS.length] ?? 'pooling' });
  const kinds = new Set<Primitive['kind']>();
  for (const [variants, size] of [
    ['all', plan.channels],
    ['chunks', Math.ceil(plan.channels / 2)],
  ] as const) {
    // Every other tail with its layers cut into parts.
    const mostOperations = seed % 2 === 0 ? 20 : Infinity;
    const program = lowerPlan(plan, kernelsOf(plan), { variants, mostOperations, takesGroups: seed % 3 > 0 });
    try {
      checkProgram(program, { inputs: 3, first: 0, variants: size });
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed}, ${variants}: ${what}\n${describeTail(random.tail, plan)}`, {
        cause: error,
      });
    }
    checkLowered(random, plan, program, size);
    for (const { operation } of [...program.once, ...program.each]) kinds.add(operation.kind);
  }
  const last = lastStepOf(plan);
  if (last) checkLastStep(random, plan, last);
  return { kinds, hasLastStep: last !== null };
}

test('programs of random tails give what one evaluation a variant gives, in float64', () => {
  const kinds = new Set<Primitive['kind']>();
  let lastSteps = 0;
  for (let seed = 1; seed <= TAILS; seed++) {
    const found = checkSeed(seed, false);
    if (found.hasLastStep) lastSteps++;
    for (const kind of found.kinds) kinds.add(kind);
  }
  assert.ok(lastSteps > TAILS / 20, 'some end with a step that the CPU may do');
  assert.equal([...kinds].toSorted(), [
    'binary',
    'concat',
    'convolution',
    'depthwise',
    'expand',
    'gather',
    'mat-mul',
    'pad',
    'pool',
    'reduce',
    'reshape',
    'resize-bilinear',
    'slice',
    'softmax',
    'transpose',
    'unary',
  ] satisfies Primitive['kind'][]);
});

test('programs that hand tensors out give the variants of these', () => {
  for (let seed = 1; seed <= TAILS / 4; seed++) checkSeed(seed, true);
});

const networks: readonly (readonly [string, Tail])[] = [
  ['VGG7', vgg7().tail('conv2d_2')],
  ['ResNet-50', resnet50().tail('conv5_block2_out')],
  ['MobileNetV2', mobileNetV2([256, 128, 5]).tail('block_15_add')],
  ['EfficientNet-B0', efficientNetB0().tail('block7a_activation')],
  ['DenseNet-121', densenet121().tail('conv5_block8_concat')],
];

for (const [name, tail] of networks) {
  test(`${name}: shapes fit, in chunks of variants and with all of them`, () => {
    const plan = planSteps(tail);
    const kernels = kernelsOf(plan);
    checkProgram(lowerPlan(plan, kernels, { variants: 'all' }), {
      inputs: 2,
      first: 0,
      variants: plan.channels,
    });
    checkProgram(lowerPlan(plan, kernels, { variants: 'chunks' }), { inputs: 2, first: 7, variants: 7 });
  });
}

test('where all variants go in one chunk nothing is repeated; in chunks, what the inputs decide is not', () => {
  const plan = planSteps(vgg7().tail('conv2d_2'));
  const kernels = kernelsOf(plan);
  assert.equal(lowerPlan(plan, kernels, { variants: 'all' }).each, []);
  const { once, each } = lowerPlan(plan, kernels, { variants: 'chunks' });
  const linear = (nodes: Program['each']): number =>
    nodes.filter(({ operation }) => ['convolution', 'depthwise', 'mat-mul'].includes(operation.kind)).length;
  assert.is(linear(once), 1, 'the base of the convolution');
  assert.is(linear(each), 2, 'contributions of the convolution, and the dense layer');
});

test('a layer takes no more multiply-adds than it may: it is cut into parts of its filters', () => {
  const plan = planSteps(vgg7().tail('conv2d_2'));
  const { once, values } = lowerPlan(plan, kernelsOf(plan), { variants: 'all', mostOperations: 1e8 });
  const filters = once.flatMap(({ operation, output }) => {
    return operation.kind === 'convolution' ? [values[output]?.at(-1)] : [];
  });
  // 112 x 112 positions, 9 x 64 rows of the kernel: 7.2 million for each of 64 filters.
  assert.equal(filters, [13, 13, 13, 13, 12]);
});

test('products of weights are worked out in turns, and are the same', async () => {
  const random = seededRandom(9);
  const [rows, inner, columns] = [90, 40, 7000];
  const left = { kind: 'given', values: random.floats(rows * inner) } as const;
  const [scale, right] = [random.floats(inner), random.floats(inner * columns)];
  const product = { kind: 'product', left, scale, right, rows, inner, columns } as const;
  const plan = planSteps(vgg7().tail('conv2d_2'));
  const variantSteps = plan.variantSteps.map((step) =>
    step.kind === 'contribute' ? { ...step, kernel: product } : step,
  );
  let turns = 0;
  const kernels = await kernelsInTurns({ ...plan, variantSteps }, () => {
    turns++;
    return Promise.resolve();
  });
  assert.is(turns, 3);
  assert.equal(kernels.get(product), weightValues(product));
});

test.run();
