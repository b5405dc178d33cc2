import type { Tensor } from '@tensorflow/tfjs';
import type { OpenCase } from '../open-case/open-case.ts';
import type { StrategyName } from './names.ts';

/** What a strategy runs on, as results name it. */
export type ExecutorLabel =
  'webgpu' | 'onnxruntime' | 'reference' | 'tfjs' | 'tfjs-webgpu' | 'tfjs-wasm' | 'auto';

/** A way to get an answer. One file each in this folder; `all-strategies.ts` lists them. */
export interface BenchStrategy {
  readonly name: StrategyName;
  readonly executor: ExecutorLabel;
  /** For tables. */
  readonly title: string;
  /** Whether it starts from the target's activation and the logits, or from the network's input. Only like is compared. */
  readonly from: 'activation' | 'input';
  /** `ours` gives Ablation-CAM's answer by the plan, `other` the same answer otherwise; `context` answers something else. */
  readonly role: 'ours' | 'other' | 'context';
  /** Whether the question makes sense for a case; where it does not, reports are silent. */
  appliesTo(opened: OpenCase): boolean;
  /** Why it cannot or should not run a case, in words; null where it can. */
  refusal(opened: OpenCase, isQuick: boolean): string | null;
  /** Multiply-adds of its shortest run: one channel of a loop, otherwise everything. */
  shortestRun(opened: OpenCase): number;
  /** Preparing compiles everything, so that the first run takes as long as any other. */
  readonly isWarm?: true;
  /** Everything that is done once for a network. The caller disposes of the result. */
  prepare(opened: OpenCase): Promise<PreparedStrategy>;
}

export interface PreparedStrategy {
  /** Whether the cost is a sum over channels, so that some of them tell what all would take. */
  readonly isLoop: boolean;
  /** It submits as many dispatches for all channels as for some. */
  readonly hasFixedDispatches?: true;
  /** Passes for so many channels: the unit in which a loop is extrapolated. */
  passes(channels: number): number;
  /** From inputs where they are resident to the answer on the CPU. @param channels what a loop runs; others run all */
  run(channels: readonly number[]): Promise<StrategyAnswer>;
  /** Milliseconds that a run takes on the GPU by its own clock; absent where that can't be asked. */
  timeOnGpu?(): Promise<number | null>;
  /** For the whole case, all channels. Null where nobody knows. */
  readonly cost: StrategyCost;
  dispose(): void;
}

export interface StrategyCost {
  readonly bytes: number | null;
  /** Multiply-adds. */
  readonly operations: number | null;
  /** Milliseconds that the launch report estimates for a desktop GPU, where there is one. */
  readonly estimatedMs?: number;
}

export interface StrategyAnswer {
  /**
   * `weights`: (y - y_k) / y of the predicted class, `[batch, channels run]`. `gradients`: the mean over positions of dy/dA_k,
   * `[batch, all channels]`. `probabilities`: `[batch, classes]`.
   */
  readonly kind: 'weights' | 'gradients' | 'probabilities';
  readonly values: Float32Array;
  /** Dispatches that were submitted, where the strategy counts them. */
  readonly dispatches: number | null;
  /** What the library took, where it was left to it. */
  readonly ranOn?: string;
}

/** The weights of the channels run, from the scores of all classes without each: `[channel]` of `[batch, classes]`. */
export function weightsFrom(
  { batch, classes, predicted }: OpenCase,
  base: Float32Array,
  ablated: readonly Float32Array[],
): Float32Array {
  const weights = new Float32Array(batch * ablated.length);
  for (let n = 0; n < batch; n++) {
    const at = n * classes + predicted[n]!;
    ablated.forEach((scores, i) => {
      weights[n * ablated.length + i] = Math.fround(base[at]! - scores[at]!) / base[at]!;
    });
  }
  return weights;
}

/** Reads tensors of the current backend and frees them. */
export async function readAll({ runtime }: OpenCase, tensors: readonly Tensor[]): Promise<Float32Array[]> {
  try {
    const data = await runtime.wait(Promise.all(tensors.map((tensor) => tensor.data())));
    return data as Float32Array[];
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}
