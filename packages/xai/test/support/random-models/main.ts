import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { callElsewhere } from '@ablation-cam/tools/call-elsewhere';
import { onnxRuntimeExecutor, referenceExecutor } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { tfjsExecutor } from '../../../src/executors/tfjs/tfjs-executor.ts';
import { takeTurns } from '../../../src/runtime/turn.ts';
import { runModels, type ModelsReport, type ModelsRequest } from './run-models.ts';

const HELP = `pnpm test:models -- [--models N] [--from SEED] [--step N] [--minutes N] [--runtime NAME] [--webgpu]

Holds executors against the naive loop in float64 on random models, more of them than every test run can afford.
  --models N      how many, one a seed (300)
  --from SEED     the first seed (1)
  --step N        from one seed to the next (1); --from 11 --step 12: models with layers that only TensorFlow.js computes
  --minutes N     no further model is begun after so many minutes (600)
  --runtime NAME  node: every executor, WebGPU by Dawn (default); WebGPU alone by another implementation: deno (wgpu, Firefox's) or
                  browser (Chromium's)
  --webgpu        WebGPU alone in Node, too`;

/** How many of the things that are drawn are shown with how often that was. */
const RAREST = 20;
/** What starting and the last model may take besides. */
const GRACE_MS = 300_000;

const RUNTIMES = ['node', 'deno', 'browser'] as const;
type Runtime = (typeof RUNTIMES)[number];

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    models: { type: 'string' },
    from: { type: 'string' },
    step: { type: 'string' },
    minutes: { type: 'string' },
    runtime: { type: 'string' },
    webgpu: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else {
  const request = {
    models: wholeNumber('models', values.models ?? '300'),
    from: wholeNumber('from', values.from ?? '1'),
    step: wholeNumber('step', values.step ?? '1'),
    minutes: wholeNumber('minutes', values.minutes ?? '600'),
  };
  const report = await run(runtimeCalled(values.runtime ?? 'node'), request);
  show(request, report);
  process.exitCode = report.failed.length === 0 && report.liveBuffers === 0 ? 0 : 1;
}

async function run(runtime: Runtime, request: ModelsRequest): Promise<ModelsReport> {
  if (runtime !== 'node') {
    const module = resolve('test/support/random-models/run-elsewhere.ts');
    const timeoutMs = request.minutes * 60_000 + GRACE_MS;
    return callElsewhere(runtime, module, { args: [request], timeoutMs });
  }
  await useBackend('wasm');
  const others = values.webgpu
    ? []
    : [tfjsExecutor(), onnxRuntimeExecutor(takeTurns, { threads: 1 }), referenceExecutor()];
  return runModels(request, others, console.log);
}

function show({ from, step }: ModelsRequest, report: ModelsReport): void {
  const { done, failed, executors, adapter, minutes, occurrences, pipelines, liveBuffers } = report;
  const seeds = `seeds ${from} to ${from + step * (done - 1)}${step > 1 ? ` in steps of ${step}` : ''}`;
  console.log(
    `${done} models (${seeds}) on ${executors.join(', ')} (${adapter}), ${minutes.toFixed(1)} min: ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
  );
  const rarest = occurrences.slice(0, RAREST).map(([fact, count]) => `${fact} ${count}`);
  console.log(`rarest of what is drawn: ${rarest.join(', ')}`);
  console.log(`${pipelines} pipelines, ${liveBuffers} GPU buffers left alive`);
}

function runtimeCalled(name: string): Runtime {
  const known = RUNTIMES.find((runtime) => runtime === name);
  if (known) return known;
  throw new Error(`--runtime expects ${RUNTIMES.join(', ')}, got "${name}"\n\n${HELP}`);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${name} expects a whole number from 1, got "${text}"\n\n${HELP}`);
}
