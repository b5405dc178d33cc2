import type { PromisedTimes } from '../end-to-end/end-to-end-case.ts';
import type { ExecutorLabel } from '../strategies/strategy.ts';
import type { Engine } from '../open-case/engine.ts';

/** One row: a strategy on a case. Times are for the whole case; null stands for "not known". */
export interface BenchResult {
  readonly case: string;
  readonly strategy: string;
  readonly executor: ExecutorLabel;
  readonly batch: number;
  /** From inputs where they are resident to the answer on the CPU. */
  readonly medianMs: number;
  readonly quartilesMs: readonly [number, number];
  /** Median time on the GPU. */
  readonly gpuMs: number | null;
  readonly rounds: number;
  /** max |dw| / max |w| against float64. */
  readonly maxRelativeError: number;
  readonly dispatches: number | null;
  /** What passes and plan ran on, where the library chose it. */
  readonly ranOn: string | null;
  readonly bytes: number | null;
  /** Multiply-adds. */
  readonly operations: number | null;
  /** What the launch report of the plan estimates for a desktop GPU (`launchReport`). */
  readonly estimatedMs: number | null;
  /** Channels that were run where the time is scaled up from them. */
  readonly extrapolatedFrom: number | null;
}

/** A strategy that has no time, and why. */
export interface Untimed {
  readonly case: string;
  readonly strategy: string;
  readonly executor: ExecutorLabel;
  readonly reason: string;
  /** Where the reason is that the answer differs. */
  readonly maxRelativeError: number | null;
}

/** What came before the first timed round; it is no part of the times. */
export interface Preparation {
  readonly case: string;
  readonly strategy: string;
  readonly executor: ExecutorLabel;
  /** Building, planning, uploading, compiling what is known. */
  readonly prepareMs: number;
  /** The first run, which compiles what is left. */
  readonly firstRunMs: number;
}

/** What the adapter can do at most, measured in the same run by a copy and a multiply-add kernel. */
export interface Ceilings {
  readonly copyGBps: number;
  readonly multiplyAddGFLOPs: number;
}

export interface Environment {
  readonly date: string;
  readonly commit: string | null;
  /** `quick`, `full`, `end-to-end`, `data-sets`, or `selected`. */
  readonly set: string;
  readonly runtime: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** Runnable processes when the run began, where the system tells: other work makes times longer. */
  readonly load: number | null;
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    /** With the driver's name and version, where the adapter tells. */
    readonly description: string;
    readonly software: boolean;
    readonly timestamps: boolean;
  } | null;
  readonly ceilings: Ceilings | null;
}

/** A case as a reader of results needs it. */
export interface CaseFacts {
  readonly name: string;
  readonly title: string;
  readonly channels: number;
  readonly classes: number;
  /** Smallest and largest probability of the predicted class over the inputs. */
  readonly predictions: readonly [number, number];
  readonly sweep: { readonly along: string; readonly value: number } | null;
  /** The executor that the library takes by itself on this machine, and why. */
  readonly auto: { readonly executor: ExecutorLabel; readonly reason: string };
}

/** A case without results, and why. */
export interface Skipped {
  readonly case: string;
  readonly reason: string;
  /** Something is wrong, rather than short of time. */
  readonly isFailure: boolean;
}

/** The middle of some times and how far their middle half reaches, in milliseconds. */
export interface Spread {
  readonly medianMs: number;
  readonly quartilesMs: readonly [number, number];
}

/** A whole network on one engine: explanations of one input, from the input on the host to the heat map. */
export interface EndToEndResult extends EndToEndTimes {
  readonly case: string;
  readonly title: string;
  /** What passes through the network ran on. */
  readonly engine: Engine;
  /** What the ablation ran on. */
  readonly executor: ExecutorLabel;
  readonly layer: string;
  readonly channels: number;
  readonly classes: number;
  readonly maxRelativeError: EndToEndErrors;
  readonly promised: PromisedTimes;
}

/** Each max |difference| / max |value|. */
export interface EndToEndErrors {
  /** Ablation-CAM's weights and signed map, against the float64 executor. */
  readonly weights: number;
  readonly map: number;
  /** Grad-CAM's signed map, against that of the first engine. */
  readonly gradCam: number;
}

export interface EndToEndTimes {
  readonly rounds: number;
  /** One pass through the network to the logits on the host. */
  readonly forward: Spread;
  readonly ablationCam: Spread;
  readonly gradCam: Spread;
  readonly ratios: EndToEndRatios;
  /** Where Ablation-CAM's time goes, medians: together they make its total. */
  readonly parts: ExplanationParts;
}

/** Medians over rounds, since what slows a round down meets both sides. */
export interface EndToEndRatios {
  /** Ablation-CAM's time by Grad-CAM's. */
  readonly byGradCam: number;
  /** Ablation-CAM's time by that of a forward pass. */
  readonly byForward: number;
  /** The time of a forward pass of TensorFlow.js's WASM backend by Ablation-CAM's; null where it was not measured. */
  readonly gain: number | null;
}

/** Milliseconds. */
export interface ExplanationParts {
  /** The pass through the network, its activation and logits read back. */
  readonly forwardMs: number;
  readonly weightsMs: number;
  readonly mapMs: number;
  /** All else. */
  readonly overheadMs: number;
}

/** A set of pictures in files, explained by the command `explain-set`; times are those of a sample. */
export interface DataSetResult {
  readonly case: string;
  readonly title: string;
  readonly samples: number;
  /** Samples that are explained together. */
  readonly batch: number;
  readonly rounds: number;
  /** An explainer that is given inputs that were read before. */
  readonly alone: Spread;
  readonly explainSet: Spread;
  /** Samples a second of `explain-set` by those of the explainer alone, the median of the rounds' ratios. */
  readonly ratio: number;
  /** What the ratio is to be at least. */
  readonly promised: number;
}

/** Grows with each change of what a file holds or means. */
export const RESULTS_VERSION = 3;

/** What `--json` writes. */
export interface BenchRun {
  readonly version: typeof RESULTS_VERSION;
  readonly environment: Environment;
  readonly cases: readonly CaseFacts[];
  readonly results: readonly BenchResult[];
  readonly untimed: readonly Untimed[];
  readonly preparation: readonly Preparation[];
  readonly endToEnd: readonly EndToEndResult[];
  readonly dataSets: readonly DataSetResult[];
  readonly skipped: readonly Skipped[];
}
