import type { MeanInterval } from '@ablation-cam/xai/metrics';

/** A sample that is shown as an example of something. */
export interface Example {
  readonly index: number;
  readonly source: string;
  /** -1 where it is not known. */
  readonly label: number;
  readonly predicted: number;
  /** What it is an example by. */
  readonly value: number;
}

/** What a class looks like to a method. */
export interface ClassMaps {
  readonly classIndex: number;
  readonly name: string;
  readonly samples: number;
  /** Mean and standard deviation of the maps, each divided by its maximum before. */
  readonly mean: readonly number[];
  readonly spread: readonly number[];
  /** The channels with the largest mean weights. */
  readonly channels: readonly { readonly channel: number; readonly weight: number }[];
}

/** A channel over all samples, and those that it counts most for. */
export interface ChannelExamples {
  readonly channel: number;
  /** Mean of |w_k|. */
  readonly weight: number;
  readonly examples: readonly Example[];
}

export interface MethodFindings {
  readonly method: string;
  readonly target: string;
  readonly mapShape: readonly number[];
  readonly classes: readonly ClassMaps[];
  readonly channels: readonly ChannelExamples[];
  readonly drop: MeanInterval | null;
  readonly increase: MeanInterval | null;
  /** Maps in which nothing is positive. */
  readonly emptyMaps: number;
  /** Those whose map stands out at the border. */
  readonly atBorder: readonly Example[];
  /** Those whose map lies most in the region that masks say; null without masks. */
  readonly inRegion: readonly Example[] | null;
  /** Groups of samples with the same map. */
  readonly duplicates: readonly (readonly Example[])[];
}

/** What is in a result. */
export interface SetSummary {
  readonly samples: number;
  readonly explained: number;
  readonly failed: number;
  readonly failures: readonly { readonly source: string; readonly reason: string }[];
  readonly labelled: number;
  readonly right: number;
  readonly classes: readonly {
    readonly name: string;
    readonly labelled: number;
    readonly predicted: number;
    readonly right: number;
  }[];
  /** Wrong, the most confident first. */
  readonly confidentlyWrong: readonly Example[];
  /** The least confident first. */
  readonly undecided: readonly Example[];
  readonly methods: readonly MethodFindings[];
}
