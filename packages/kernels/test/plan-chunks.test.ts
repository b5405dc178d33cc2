import { seededRandom } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bytesPerInput,
  bytesPerVariant,
  chunkSizes,
  chunksPerInput,
  DEFAULT_LIMITS,
  describePlan,
  KernelsError,
  planSteps,
  runBytes,
  type PlanOptions,
  type StepPlan,
  type Tail,
} from '../src/index.ts';
import { NetworkBuilder } from './support/networks/network-builder.ts';
import { randomTail } from './support/random-tail.ts';

const MEBIBYTE = 2 ** 20;

const test = suite('chunks of a plan in steps');

/** conv 3x3, relu, max-pool, dense, relu, dense behind K channels. */
function convolutionalTail(channels: number): Tail {
  const net = new NetworkBuilder([14, 14, channels]);
  let x = net.activation('target', net.input, 'relu');
  x = net.activation('conv', net.convolution('conv', x, 32, 3), 'relu');
  x = net.pool('pool', x, 'max', 2, 2);
  x = net.activation('dense', net.dense('dense', net.flatten('flatten', x), 64), 'relu');
  net.dense('logits', x, 10);
  return net.tail('target');
}

function planOf(channels: number, options: PlanOptions = {}): StepPlan {
  return planSteps(convolutionalTail(channels), options);
}

test('the dispatches of a chunk are the same for 8 and for 512 channels', () => {
  const [few, many] = [8, 512].map((channels) => describePlan(planOf(channels)));
  assert.is(few?.dispatches, many?.dispatches);
  assert.equal(
    few?.steps.map(({ kind }) => kind),
    many?.steps.map(({ kind }) => kind),
  );
});

test('a pooled convolution is stored pooled', () => {
  const [pooled, unpooled] = (['pooling', 'activation'] as const).map((fusion) => planOf(8, { fusion }));
  const largest = (plan: StepPlan | undefined): number =>
    Math.max(...(plan?.slots ?? []).filter(({ perVariant }) => perVariant).map(({ elements }) => elements));
  assert.is(largest(pooled), 7 * 7 * 32);
  assert.is(largest(unpooled), 14 * 14 * 32);
});

test('chunks are ceil(K x bytes per variant / budget), the budget without what each input needs', () => {
  const plan = planOf(100);
  for (const variants of [1, 7, 10, 33, 99, 100, 250]) {
    const scratch = variants * bytesPerVariant(plan);
    const budgeted = planOf(100, { budgetBytes: bytesPerInput(plan) + scratch });
    assert.is(chunksPerInput(budgeted), Math.ceil((100 * bytesPerVariant(plan)) / scratch));
  }
});

test('no run takes more than its budget', () => {
  const random = seededRandom(3);
  for (let trial = 0; trial < 300; trial++) {
    const plan = planSteps(randomTail(random.integer(1, 1e6)).tail, {
      budgetBytes: random.integer(2000, 2e6),
    });
    const inputs = random.integer(1, 9);
    try {
      const sizes = chunkSizes(plan, inputs);
      assert.ok(runBytes(plan, sizes) <= plan.budgetBytes);
      assert.ok(sizes.inputs <= inputs && sizes.variants <= plan.channels);
    } catch (error) {
      if (!(error instanceof KernelsError) || error.code !== 'too-large') throw error;
      assert.ok(runBytes(plan, { inputs: 1, variants: 1 }) > plan.budgetBytes);
    }
  }
});

test('several inputs share a chunk where the budget holds all their variants', () => {
  const plan = planOf(16);
  const perRun = runBytes(plan, { inputs: 1, variants: 16 });
  const budgeted = planOf(16, { budgetBytes: 3 * perRun });
  assert.equal(chunkSizes(budgeted, 10), { inputs: 3, variants: 16 });
  assert.equal(chunkSizes(budgeted, 2), { inputs: 2, variants: 16 });
});

test('no value passes the largest binding, no chunk the grid', () => {
  const limits = { ...DEFAULT_LIMITS, maxStorageBufferBindingSize: MEBIBYTE };
  const plan = planOf(512, { limits });
  const { inputs, variants } = chunkSizes(plan, 1);
  for (const { perVariant, elements } of plan.slots) {
    assert.ok(4 * elements * inputs * (perVariant ? variants : 1) <= MEBIBYTE);
  }
  const narrow = planOf(512, { limits: { ...DEFAULT_LIMITS, maxComputeWorkgroupsPerDimension: 100 } });
  assert.ok(chunkSizes(narrow, 1).variants <= 100);
});

test('weights beyond the largest binding are taken in rows that add up', () => {
  const limits = { ...DEFAULT_LIMITS, maxStorageBufferBindingSize: 64 * 1024 };
  const plan = planOf(64, { limits });
  for (const step of [...plan.inputSteps, ...plan.variantSteps]) {
    if (!('parts' in step) || step.parts.length === 0) continue;
    const columns = step.shape.at(-1) ?? 1;
    step.parts.forEach(({ start, end }, i) => {
      assert.is(start, i === 0 ? 0 : step.parts[i - 1]?.end);
      assert.ok(4 * (end - start) * columns <= 64 * 1024);
    });
  }
  const parts = plan.variantSteps.map((step) => ('parts' in step ? step.parts.length : 0));
  assert.ok(Math.max(...parts) > 1);
});

test('what cannot run is refused with the number of bytes', () => {
  const plan = planOf(8, { budgetBytes: 1000 });
  assert.throws(
    () => chunkSizes(plan, 1),
    (error: unknown) =>
      error instanceof KernelsError && error.code === 'too-large' && error.message.includes('1000'),
  );
});

test('values whose lives overlap never share a slot', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { values, given, inputSteps, variantSteps } = planSteps(randomTail(seed).tail);
    const steps = [...inputSteps, ...variantSteps];
    const holder = new Map<number, number>();
    for (const { value } of given) holder.set(values[value]?.slot ?? -1, value);
    for (const step of steps) {
      for (const value of idsIn(step))
        assert.is(holder.get(values[value]?.slot ?? -1), value, `seed ${seed}`);
      if ('output' in step) holder.set(values[step.output]?.slot ?? -1, step.output);
    }
    // The next chunk of variants finds what belongs to the input where it was.
    for (const step of variantSteps) {
      for (const value of idsIn(step)) {
        if (values[value]?.stream !== 'delta') assert.is(holder.get(values[value]?.slot ?? -1), value);
      }
    }
  }
});

/** The values a step names, apart from its output. */
function idsIn(step: object): number[] {
  const found: number[] = [];
  const visit = (node: unknown, key: string): void => {
    if (typeof node === 'number' && ['base', 'off', 'delta', 'value', 'partial'].includes(key))
      found.push(node);
    else if (Array.isArray(node))
      node.forEach((item) => {
        visit(item, key);
      });
    else if (typeof node === 'object' && node !== null && !ArrayBuffer.isView(node)) {
      for (const [name, value] of Object.entries(node)) visit(value, name);
    }
  };
  visit(step, '');
  return found;
}

test.run();
