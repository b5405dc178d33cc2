import * as tf from '@tensorflow/tfjs';
import type { NodeId } from '@ablation-cam/kernels';
import { compute } from '../forward/compute.ts';
import { probabilitiesOf } from '../explanation/probabilities.ts';
import { classLogits } from '../forward/forward-pass.ts';
import type { PassInputs } from '../forward/pass-inputs.ts';
import type { Aim, BoundTarget } from '../targets/bound-target.ts';
import type { Call } from '../explainer/call.ts';

/** What the untouched network says about some inputs. */
export interface BasePass {
  /** In the order of the call's targets. */
  readonly targets: readonly TargetPass[];
  /** For each input, or null where the output is not one vector of classes. */
  readonly logits: readonly (Float32Array | null)[];
  readonly probabilities: readonly (Float32Array | null)[];
  /** The value of the node that was asked for besides, or null. */
  readonly tapped: tf.Tensor | null;
  readonly dispose: () => void;
}

export interface TargetPass {
  readonly target: BoundTarget;
  /** What the target reads, `[inputs, ...]`. */
  readonly values: tf.Tensor;
  readonly aims: readonly Aim[];
  readonly scores: Float64Array;
}

/** Runs the network on some inputs, and reads the node `tap` on the way. */
export async function basePass(call: Call, inputs: PassInputs, tap: NodeId | null = null): Promise<BasePass> {
  const { classes, targets } = call;
  const { count } = inputs;
  const ids = [
    ...targets.map(({ node }) => node),
    ...(classes ? [classes.logits] : []),
    ...(tap === null ? [] : [tap]),
  ];
  const fetched = await compute(call, inputs, ids);
  const heads = headsOf(call, fetched);
  const owned = {
    values: heads.slice(0, targets.length),
    logits: classes ? (heads[targets.length] ?? null) : null,
    tapped: tap === null ? null : (heads.at(-1) ?? null),
  };
  const dispose = (): void => {
    tf.dispose(heads);
  };
  try {
    const logits = await rows(owned.logits, count);
    const passes: TargetPass[] = [];
    for (const [index, target] of targets.entries()) {
      const values = owned.values[index] ?? tf.tensor([]);
      const aims = await target.aims(values);
      passes.push({ target, values, aims, scores: await target.scores(values, aims) });
    }
    return {
      targets: passes,
      logits,
      probabilities: logits.map((row) =>
        row && classes ? probabilitiesOf(row, classes.scoreFunction) : null,
      ),
      tapped: owned.tapped,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What targets and probabilities are made of, from the values of the network, which it frees. */
function headsOf({ targets, classes }: Call, fetched: readonly tf.Tensor[]): tf.Tensor[] {
  try {
    return tf.tidy(() =>
      fetched.map((tensor, index) => {
        const target = targets[index];
        if (target) return target.head(tensor);
        return classes && index === targets.length ? classLogits(tensor, classes.classes) : tensor.clone();
      }),
    );
  } finally {
    tf.dispose([...fetched]);
  }
}

async function rows(tensor: tf.Tensor | null, count: number): Promise<(Float32Array | null)[]> {
  if (!tensor) return Array.from({ length: count }, () => null);
  const data = await tensor.data<'float32'>();
  const length = data.length / count;
  return Array.from({ length: count }, (_, n) =>
    Float32Array.from(data.subarray(n * length, (n + 1) * length)),
  );
}
