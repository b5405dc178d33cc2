/** All there is to know to explain the shards of a set: the attribute `ablation_cam` of the result. */
export interface SetPlan {
  readonly version: 1;
  /** SHA-256 of model, data and options: results with another one are of something else. */
  readonly key: string;
  /** Where it lay, and the SHA-256 of it. */
  readonly model: { readonly source: string; readonly hash: string };
  readonly data: { readonly source: string; readonly hash: string; readonly count: number };
  readonly options: PlannedOptions;
  /** When, in ISO 8601. */
  readonly begun: string;
  /** What computes, chosen once, so that every worker computes the same. */
  readonly engine: {
    readonly backend: 'webgpu' | 'onnxruntime' | 'wasm' | 'cpu';
    readonly executor: 'auto' | 'webgpu' | 'onnxruntime' | 'tfjs' | 'reference';
  };
  /** Samples of a chunk. */
  readonly shard: number;
  /** Samples that are explained together. */
  readonly batch: number;
  readonly zarrFormat: '2' | '3';
  readonly classNames: readonly string[];
  /** Of the output; null where it is not one vector of classes. */
  readonly classes: number | null;
  /** What is kept of the scores of all classes. */
  readonly scores: 'probabilities' | 'logits' | 'none';
  readonly methods: readonly PlannedMethod[];
  /** Of what computed, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What was found, once all shards are there. */
  readonly summary?:
    { readonly explained: number; readonly failed: number; readonly seconds: number | null } | undefined;
}

/** The options of the command that say what the numbers are, as it takes them. */
export interface PlannedOptions {
  /** The methods, in order; none stands for Ablation-CAM. */
  readonly method: readonly string[];
  /** The target layers, in order; none stands for the default one. */
  readonly layer: readonly string[];
  readonly output?: string | undefined;
  readonly class: string;
  /** Takes the place of `class`. */
  readonly topK?: number | undefined;
  readonly ablation: string;
  readonly score: 'probability' | 'logit';
  readonly weighting: 'relative-drop' | 'slope';
  readonly norm: 1 | 2;
  readonly strategy: 'planned' | 'naive';
  readonly normalize?: string | undefined;
  readonly maxPixels?: number | undefined;
  /** Share of the input that is kept where drop and increase are measured; they are not where it is left out. */
  readonly drop?: number | undefined;
  readonly weights: 'float32' | 'float16';
}

/** What there is of each sample by one method. */
export interface PlannedMethod {
  readonly name: string;
  readonly layers: readonly string[];
  /** What each target is, such as "probability of the predicted class". */
  readonly targets: readonly string[];
  /** Null where the method has no weights. */
  readonly channels: number | null;
  /** The sizes of a map. */
  readonly map: readonly number[];
}
