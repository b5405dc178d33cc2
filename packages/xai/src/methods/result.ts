import type { AdapterDescription, ExecutorName, Score } from '@ablation-cam/kernels';
import type { BackendName } from '@ablation-cam/model';
import type { Choice, Explanation } from '../explanation/explanation.ts';
import type { MethodName } from './names.ts';

/** What every method returns; plain arrays, nothing to dispose of. */
export interface MethodResult {
  readonly method: MethodName;
  /** By input, then by target. */
  readonly explanations: readonly Explanation[];
  /** The target layers; none where the method attributes to the input. */
  readonly layers: readonly string[];
  /** What was explained, one for each target: "probability of the predicted class". */
  readonly targets: readonly string[];
  readonly score: Score | 'function';
  readonly backend: Choice<BackendName>;
  /** What ran the ablation of Ablation-CAM; null for the other methods and for its naive strategy. */
  readonly executor: Choice<ExecutorName> | null;
  /** The adapter that had a part, or null. */
  readonly adapter: AdapterDescription | null;
  /** From the call to the result. */
  readonly timings: { readonly totalMs: number };
  /** About the whole run. */
  readonly warnings: readonly string[];
}
