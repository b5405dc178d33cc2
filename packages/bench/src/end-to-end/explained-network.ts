import * as tf from '@tensorflow/tfjs';
import { GraphSession } from '@ablation-cam/kernels/sessions';
import { networkOf, type Network, type SizedNetwork } from '@ablation-cam/model';
import { createExplainer, type ExplanationResult } from '@ablation-cam/xai';
import { ENGINE_EXECUTORS, type Engine } from '../open-case/engine.ts';
import type { BenchBackend, BenchRuntime } from '../open-case/runtime.ts';
import type { EndToEndCase } from './end-to-end-case.ts';
import type { Opened } from './opened.ts';

/** One input on the host, as a program has it. */
export interface Input {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A network on one of TensorFlow.js's backends. */
export interface BuiltNetwork {
  readonly network: Network;
  readonly sized: SizedNetwork;
  readonly input: Input;
}

/** What is timed on one engine. */
export interface EngineRuns {
  readonly engine: Engine;
  /** One pass through the network: input from the host, logits back on the host. */
  readonly forward: () => Promise<Float32Array>;
  readonly ablationCam: () => Promise<ExplanationResult>;
  readonly gradCam: () => Promise<ExplanationResult>;
}

/** Builds a case's network on a backend, which becomes the current one. */
export async function buildNetwork(
  benchCase: EndToEndCase,
  backend: BenchBackend,
  runtime: BenchRuntime,
  opened: Opened,
): Promise<BuiltNetwork> {
  await runtime.use(backend);
  const model = await benchCase.network();
  opened.defer(() => void model.dispose());
  const network = await networkOf(model);
  const sized = await network.at();
  const { graph } = sized;
  return {
    network,
    sized,
    input: {
      data: await benchCase.data(sized),
      shape: graph.nodes[graph.inputs[0] ?? -1]?.shape ?? [],
    },
  };
}

/** Makes the explainers of a network on an engine, as a program makes them. */
export async function openEngine(
  { layer }: Pick<EndToEndCase, 'layer'>,
  { network, sized, input }: BuiltNetwork,
  engine: Engine,
  runtime: BenchRuntime,
  opened: Opened,
): Promise<EngineRuns> {
  const common = {
    ...(layer === null ? {} : { layer }),
    ...(runtime.device ? { device: runtime.device } : {}),
    backend: engine,
  };
  const pass =
    engine === 'onnxruntime' ? await sessionPass(sized, opened) : backendPass(sized, runtime, engine);
  const ablationCam = opened.use(
    await createExplainer(network, {
      method: 'ablation-cam',
      executor: ENGINE_EXECUTORS[engine],
      ...common,
    }),
  );
  const gradCam = opened.use(await createExplainer(network, { method: 'grad-cam', ...common }));
  return {
    engine,
    forward: () => pass(input),
    ablationCam: () => ablationCam.explain(input),
    gradCam: () => gradCam.explain(input),
  };
}

/** Explains with the float64 executor, on the activation of TensorFlow.js's WASM backend. */
export async function explainExactly(
  { layer }: Pick<EndToEndCase, 'layer'>,
  { network, input }: BuiltNetwork,
): Promise<ExplanationResult> {
  await using exact = await createExplainer(network, {
    method: 'ablation-cam',
    executor: 'reference',
    backend: 'wasm',
    ...(layer === null ? {} : { layer }),
  });
  return await exact.explain(input);
}

type Pass = (input: Input) => Promise<Float32Array>;

function backendPass(network: SizedNetwork, runtime: BenchRuntime, backend: BenchBackend): Pass {
  return async ({ data, shape }) => {
    await runtime.use(backend);
    const { inputs, outputs } = network.graph;
    const logits = tf.tidy(() => {
      const feeds = new Map([[inputs[0] ?? 0, tf.tensor(data, [1, ...shape])]]);
      return network.run(feeds, [outputs[0]?.logits ?? -1] as const)[0];
    });
    try {
      return await runtime.wait(logits.data<'float32'>());
    } finally {
      logits.dispose();
    }
  };
}

async function sessionPass({ graph }: SizedNetwork, opened: Opened): Promise<Pass> {
  const session = await GraphSession.create(graph, graph.inputs, [graph.outputs[0]?.logits ?? -1]);
  opened.defer(() => {
    session.dispose();
  });
  return async ({ data }) => {
    const [logits = new Float32Array()] = await session.run([data], 1);
    return logits;
  };
}
