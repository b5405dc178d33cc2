import * as assert from 'uvu/assert';
import { deviceSuite } from '@ablation-cam/tools/testing';
import { onnxRuntimeExecutor, referenceExecutor, requestDevice, webGpuExecutor } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { tfjsExecutor } from '../src/executors/tfjs/tfjs-executor.ts';
import { takeTurns } from '../src/runtime/turn.ts';
import { checkCase } from './support/random-models/check-case.ts';
import { FACTS, factsOf, RARE_FACTS } from './support/random-models/facts.ts';
import { randomCase, type RandomCase } from './support/random-models/random-case.ts';
import { randomLayout } from './support/random-models/random-layout.ts';

/** So many are drawn, of which those are checked that have what was not checked often enough; `pnpm test:models` checks all. */
const MODELS = 300;
/** From here on everything occurs among as many seeds in a row. */
const FIRST_SEED = 41;

/** How often everything has to be checked: more often than by luck. */
const LEAST_OCCURRENCES = 3;

/** One of so many is checked on WebGPU: a software driver takes 0.3 s to compile a kernel, and both layouts have some 70. */
const ON_WEBGPU = 10;

const test = await deviceSuite('executors on random models', () => requestDevice());

test.before(async () => {
  await useBackend('wasm');
});

/** How many of the checked models each fact is true of. */
const counts = new Map<string, number>();

function checkFallback({ plan, seed, behind }: RandomCase): void {
  const isOpaque = behind.tail.nodes.some(({ operation }) => operation.kind === 'opaque');
  const hasFallback = plan.kind === 'steps' && plan.variantSteps.some(({ kind }) => kind === 'fallback');
  assert.is(hasFallback, isOpaque, `seed ${String(seed)}: only a layer without a rule ends in a fallback`);
}

test('weigh the channels of any tensor of any model as the naive loop does in float64', async ({
  device,
}) => {
  const executors = [tfjsExecutor(), onnxRuntimeExecutor(takeTurns, { threads: 1 }), referenceExecutor()];
  let checked = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + MODELS; seed++) {
    const random = await randomCase(seed);
    try {
      checkFallback(random);
      const facts = [...factsOf(random)];
      if (facts.every((fact) => (counts.get(fact) ?? 0) >= LEAST_OCCURRENCES)) continue;
      for (const fact of facts) counts.set(fact, (counts.get(fact) ?? 0) + 1);
      const webGpu = checked++ % ON_WEBGPU === 0 ? [webGpuExecutor(device, randomLayout(seed))] : [];
      await checkCase(random, [...executors, ...webGpu]);
    } finally {
      random.model.dispose();
    }
  }
  assert.ok(device.pipelineCount > 10, `${String(device.pipelineCount)} pipelines`);
});

test('every kind of layer, target, plan and output is checked among those models', () => {
  const rare = FACTS.filter((fact) => (counts.get(fact) ?? 0) < LEAST_OCCURRENCES);
  assert.equal(
    rare.map((fact) => `${fact}: ${String(counts.get(fact) ?? 0)}`),
    [],
  );
});

/** Their seeds: one in twelve has layers that only TensorFlow.js computes. */
const RARE_SEEDS = Array.from({ length: 120 }, (_, i) => 11 + 12 * i);

test('what only TensorFlow.js itself computes is drawn behind targets as well', async () => {
  const drawn = new Set<string>();
  for (const seed of RARE_SEEDS) {
    const random = await randomCase(seed);
    for (const fact of factsOf(random)) drawn.add(fact);
    random.model.dispose();
  }
  assert.equal(
    RARE_FACTS.filter((fact) => !drawn.has(fact)),
    [],
  );
});

test.run();
