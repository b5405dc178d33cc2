import * as tf from '@tensorflow/tfjs';
import { cut, KernelsError, nodesBetween, onnxRuntimeNetworkAblation } from '@ablation-cam/kernels';
import type { Cut, Device, ExecutorName, NetworkAblation, PreparedAblation } from '@ablation-cam/kernels';
import type { SizedLayer, SizedNetwork } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';
import type { Choice } from '../explanation/explanation.ts';
import { isNative } from '../forward/compute.ts';
import { ExecutorChoice } from '../runtime/choose-executor.ts';
import type { Runtime } from '../runtime/choose-runtime.ts';
import { takeTurns } from '../runtime/turn.ts';

/** What an ablation needs whatever the input: where the network is cut, and the plans that were made for it. */
interface PreparedCut {
  readonly network: SizedNetwork;
  readonly layer: SizedLayer;
  readonly output: number;
  readonly cut: Cut;
  readonly executors: ExecutorChoice;
  readonly ready: PreparedPlan[];
}

interface PreparedPlan {
  readonly executor: ExecutorName;
  /** What its buffers lie on; plans of a device or backend that is gone are prepared anew. */
  readonly place: unknown;
  readonly prepared: Prepared;
}

/** A plan that is given the target's activation, or one together with the network before it. */
export type Prepared =
  | { readonly begins: 'at-target'; readonly ablation: PreparedAblation }
  | { readonly begins: 'at-input'; readonly ablation: NetworkAblation };

/** A plan that is ready to run, with the reason why it is run there. */
export interface ReadyPlan {
  readonly prepared: Prepared;
  readonly choice: Choice<ExecutorName>;
}

/** What a plan is run for. */
export interface PlanRequest {
  readonly network: SizedNetwork;
  readonly layer: SizedLayer;
  readonly output: number;
  readonly runtime: Runtime;
  readonly executor: ExecutorName | 'auto';
  /** That are explained together. */
  readonly inputs: number;
  /** Whether what stands for "off" is made of the activation. */
  readonly readsActivation: boolean;
}

/**
 * Keeps what ablations of several layers need: plans, uploaded weights, compiled kernels. The least recently used are given
 * up. To be used by one call at a time.
 */
export class PreparedAblations {
  readonly #most: number;
  /** The last used comes last. */
  #cuts: PreparedCut[] = [];

  /** @param most layers that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Returns the network behind a layer.
   *
   * @throws XaiError `unsupported-model` where the output is not one vector of classes
   */
  cutAt(network: SizedNetwork, layer: SizedLayer, output: number): Cut {
    return this.#find(network, layer, output).cut;
  }

  /**
   * Returns a plan that is ready to run, together with the network where both run on ONNX Runtime. It stays prepared for the
   * next call.
   *
   * @throws KernelsError `too-large` where no plan fits the executor's limits
   */
  async plan({ network, layer, output, runtime, inputs, ...request }: PlanRequest): Promise<ReadyPlan> {
    const { cut: found, executors, ready } = this.#find(network, layer, output);
    const couldBe = isNative({ runtime }) && !request.readsActivation && isKnown(network, found);
    const { executor, plan, choice } = await executors.choose(request.executor, runtime, inputs, couldBe);
    const { name } = executor;
    const isTogether = couldBe && name === 'onnxruntime' && plan.kind === 'steps';
    const begins = isTogether ? 'at-input' : 'at-target';
    const place = placeOf(name, runtime.device);
    const known = ready.find((item) => item.executor === name && item.prepared.begins === begins);
    if (known && known.place === place) return { prepared: known.prepared, choice };
    if (known) this.#drop(ready, known);
    const prepared: Prepared = isTogether
      ? {
          begins: 'at-input',
          ablation: await onnxRuntimeNetworkAblation(network.graph, found, plan, takeTurns),
        }
      : { begins: 'at-target', ablation: await executor.prepare(plan) };
    ready.push({ executor: name, place, prepared });
    return { prepared, choice };
  }

  /** Gives up a plan that failed: what it holds may be gone with its device. */
  forget(prepared: Prepared): void {
    for (const { ready } of this.#cuts) {
      const failed = ready.find((item) => item.prepared === prepared);
      if (failed) this.#drop(ready, failed);
    }
  }

  /** Frees everything; what is asked for again is prepared again. */
  dispose(): void {
    for (const { ready } of this.#cuts) for (const item of [...ready]) this.#drop(ready, item);
    this.#cuts = [];
  }

  #find(network: SizedNetwork, layer: SizedLayer, output: number): PreparedCut {
    const known = this.#cuts.find(
      (item) => item.network === network && item.layer.node === layer.node && item.output === output,
    );
    // Weights that were changed give another network: what was prepared for the old ones is of no use any more.
    const stale = this.#cuts.filter(
      (item) =>
        item.network !== network && item.network.network === network.network && !item.network.isCurrent,
    );
    const found = known ?? this.#cut(network, layer, output);
    this.#cuts = [...this.#cuts.filter((item) => item !== found && !stale.includes(item)), found];
    const old = this.#cuts.splice(0, Math.max(0, this.#cuts.length - this.#most));
    for (const { ready } of [...stale, ...old]) for (const item of [...ready]) this.#drop(ready, item);
    return found;
  }

  #cut(network: SizedNetwork, layer: SizedLayer, output: number): PreparedCut {
    const graphOutput = network.graph.outputs[output];
    if (!graphOutput) throw new RangeError(`The network has no output ${String(output)}.`);
    try {
      const made = cut(network.graph, layer.node, graphOutput);
      return { network, layer, output, cut: made, executors: new ExecutorChoice(made.tail), ready: [] };
    } catch (error) {
      if (!(error instanceof KernelsError) || error.code !== 'unsupported-tail') throw error;
      throw new XaiError('unsupported-model', error.message, { cause: error });
    }
  }

  #drop(ready: PreparedPlan[], item: PreparedPlan): void {
    ready.splice(ready.indexOf(item), 1);
    item.prepared.ablation.dispose();
  }
}

/** Whether all operations on the way to the target and the logits have rules. */
function isKnown({ graph }: SizedNetwork, { target, logits }: Cut): boolean {
  return nodesBetween(graph, graph.inputs, [target, logits]).every(
    (id) => graph.nodes[id]?.operation.kind !== 'opaque',
  );
}

function placeOf(executor: ExecutorName, device: Device | null): unknown {
  if (executor === 'webgpu') return device;
  return executor === 'tfjs' ? tf.backend() : null;
}
