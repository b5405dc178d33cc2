import { backendOf, type Engine } from '../open-case/engine.ts';
import type { EndToEndResult } from '../results/result.ts';
import type { BenchBackend, BenchRuntime } from '../open-case/runtime.ts';
import { agreedErrors, type ExplainedCase } from './agreement.ts';
import type { EndToEndCase, PromisedTimes } from './end-to-end-case.ts';
import {
  buildNetwork,
  explainExactly,
  openEngine,
  type BuiltNetwork,
  type EngineRuns,
} from './explained-network.ts';
import { Opened } from './opened.ts';
import { timeInRounds, type RoundOptions, type RunTimes } from './rounds.ts';

/**
 * Times a prediction, Ablation-CAM and Grad-CAM of a network on some engines in interleaved rounds, after the explanations of
 * each were held against the float64 executor and against each other. Returns one result for each engine.
 *
 * @throws BenchError `disagreement` where explanations differ; the signal's reason
 */
export async function measureEndToEnd(
  benchCase: EndToEndCase,
  engines: readonly Engine[],
  runtime: BenchRuntime,
  options: RoundOptions,
): Promise<EndToEndResult[]> {
  const { onStep, signal } = options;
  await using opened = new Opened();
  const built = new Map<BenchBackend, BuiltNetwork>();
  const networkOn = async (backend: BenchBackend): Promise<BuiltNetwork> => {
    const made = built.get(backend) ?? (await buildNetwork(benchCase, backend, runtime, opened));
    built.set(backend, made);
    return made;
  };
  onStep('building');
  const explained: (ExplainedCase & { readonly runs: EngineRuns; readonly warm: RunTimes })[] = [];
  for (const engine of engines) {
    const network = await networkOn(backendOf(engine));
    onStep(`warm-up on ${engine}`);
    const runs = await openEngine(benchCase, network, engine, runtime, opened);
    const first = { ablationCam: await runs.ablationCam(), gradCam: await runs.gradCam() };
    await runs.forward();
    const warm = {
      forwardMs: await msOf(runs.forward),
      ablationCamMs: await msOf(runs.ablationCam),
      gradCamMs: await msOf(runs.gradCam),
    };
    explained.push({ ...first, runs, warm });
    signal.throwIfAborted();
  }
  onStep('float64 executor');
  const exact = await explainExactly(benchCase, await networkOn('wasm'));
  const checked = explained.map((own) => ({
    own,
    errors: agreedErrors(own, exact, explained[0] ?? own, `"${benchCase.name}" on ${own.runs.engine}`),
  }));
  const times = await timeInRounds(explained, options);
  const { name, title, promised } = benchCase;
  return checked.map(({ own: { runs, ablationCam }, errors }, i) => ({
    case: name,
    title,
    engine: runs.engine,
    executor: ablationCam.executor?.chosen ?? 'auto',
    layer: ablationCam.layers[0] ?? '',
    channels: ablationCam.channels ?? 0,
    classes: ablationCam.classes ?? 0,
    maxRelativeError: errors,
    promised: promisedOn(runs.engine, promised),
    ...times[i]!,
  }));
}

/** What is promised of one engine. */
function promisedOn(engine: Engine, promised: PromisedTimes): PromisedTimes {
  return engine === 'onnxruntime' ? promised : { ...promised, byForward: null, gain: null };
}

async function msOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
