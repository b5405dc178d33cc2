import { ablationCam, gradCam } from '@ablation-cam/xai';
import type { OpenCase } from '../open-case/open-case.ts';
import type { BenchStrategy } from './strategy.ts';
import { engineRefusal, hasNetwork, labels, networkPass, onEachEngine } from './tfjs.ts';
import { backendOf, ENGINE_TITLES } from '../open-case/engine.ts';

/** A gradient takes about three passes. */
const shortestRun = (opened: OpenCase): number => 3 * networkPass(opened);

function layerOf({ benchCase }: OpenCase): { layer?: string } {
  return benchCase.layer === null ? {} : { layer: benchCase.layer };
}

/** Ours from the network's input to weights and heat map, as a program calls it: reading weights and planning included. */
export const ablationCamStrategy: BenchStrategy = {
  name: 'ablation-cam',
  executor: 'auto',
  title: 'ablationCam() from input to map',
  from: 'input',
  role: 'ours',
  appliesTo: hasNetwork,
  shortestRun: networkPass,
  refusal: () => null,
  prepare: async (opened) => {
    const { runtime, channels, batch, benchCase } = opened;
    const backend = runtime.device?.adapter.software === false ? 'webgpu' : 'wasm';
    const { network, inputs } = await opened.on(backend);
    const [input] = inputs;
    if (!input) throw new RangeError(`The network of "${benchCase.name}" has no input.`);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: null },
      run: async () => {
        await runtime.use(backend);
        const result = await ablationCam(network.network, input, {
          ...layerOf(opened),
          backend: 'auto',
          ablation: opened.off,
          ...(runtime.device ? { device: runtime.device } : {}),
        });
        const values = new Float32Array(batch * channels);
        for (const { inputIndex, weights } of result.explanations) values.set(weights, inputIndex * channels);
        return {
          kind: 'weights',
          values,
          dispatches: result.dispatches.ablation + result.dispatches.map,
          ranOn: `passes on ${result.backend.chosen}, plan on ${result.executor?.chosen ?? 'none'}`,
        };
      },
      dispose: () => undefined,
    };
  },
};

/** Grad-CAM from the network's input to weights and heat map, as a program calls it. */
export const gradCamStrategies = onEachEngine((engine): BenchStrategy => ({
  name: 'grad-cam',
  executor: labels[engine],
  title: `gradCam() from input to map, ${ENGINE_TITLES[engine]}`,
  from: 'input',
  role: 'context',
  appliesTo: hasNetwork,
  shortestRun,
  refusal: (opened, isQuick) => engineRefusal(opened, engine, shortestRun(opened), isQuick),
  prepare: async (opened) => {
    const { runtime, channels, batch, benchCase } = opened;
    const backend = backendOf(engine);
    const { network, inputs } = await opened.on(backend);
    const [input] = inputs;
    if (!input) throw new RangeError(`The network of "${benchCase.name}" has no input.`);
    return {
      isLoop: false,
      passes: () => 1,
      cost: { bytes: null, operations: null },
      run: async () => {
        await runtime.use(backend);
        const { explanations } = await gradCam(network.network, input, {
          ...layerOf(opened),
          backend: engine,
          ...(runtime.device ? { device: runtime.device } : {}),
        });
        const values = new Float32Array(batch * channels);
        for (const { inputIndex, weights } of explanations) values.set(weights ?? [], inputIndex * channels);
        return { kind: 'gradients', values, dispatches: null };
      },
      dispose: () => undefined,
    };
  },
}));
