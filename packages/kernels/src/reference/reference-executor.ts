import type {
  AblationInput,
  AblationOutput,
  Executor,
  PreparedAblation,
  TensorSource,
} from '../ablation/contract.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../ablation/validate.ts';
import { KernelsError } from '../errors.ts';
import type { SeparablePlan } from '../plan/plan.ts';
import { channelNorm, channelPlane, channelWeight, weightedMap } from './channel-weights.ts';
import { largest, scoreChange } from './score-change.ts';
import { logitDrops } from './separable-dense.ts';

/** An abort or a repaint gets its turn at least this often between inputs. */
const LONGEST_BLOCK_MS = 50;

/** Returns the executor that evaluates plans in plain TypeScript and float64: slow, readable, needs nothing. */
export function referenceExecutor(): Executor {
  return {
    name: 'reference',
    adapter: null,
    prepare: (plan) => {
      if (plan.kind === 'steps') {
        return Promise.reject(
          new KernelsError('unsupported-tail', 'The reference executor runs single-dispatch plans only.'),
        );
      }
      return Promise.resolve(new ReferenceAblation(plan));
    },
  };
}

class ReferenceAblation implements PreparedAblation {
  constructor(readonly plan: SeparablePlan) {}

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const { channels, classes } = this.plan;
    const positions = this.plan.positions.reduce((product, length) => product * length, 1);
    const activation = onCpu(input.activation);
    const logits = onCpu(input.logits);
    const maps = mapsPerInput(input.classes, classes);
    const output = {
      logits: logits.slice(),
      ablatedScores: new Float32Array(input.inputs * channels * classes),
      weights: new Float32Array(input.inputs * channels * classes),
      classIndices: new Uint32Array(input.inputs * maps),
      mapSigned: new Float32Array(input.inputs * maps * positions),
      map: new Float32Array(input.inputs * maps * positions),
      dispatches: { ablation: 0, map: 0 },
      timings: { ablationMs: 0, mapMs: 0 },
    };
    let yielded = performance.now();
    for (let n = 0; n < input.inputs; n++) {
      const size = positions * channels;
      const inputActivation = activation.subarray(n * size, (n + 1) * size);
      const inputLogits = logits.subarray(n * classes, (n + 1) * classes);

      const start = performance.now();
      const weights = this.ablate(input, n, inputActivation, inputLogits, output);
      const ablated = performance.now();
      for (let m = 0; m < maps; m++) {
        const classIndex = selectedClass(input, m, inputLogits);
        output.classIndices[n * maps + m] = classIndex;
        const classWeights = Float64Array.from(
          { length: channels },
          (_, k) => weights[k * classes + classIndex] ?? 0,
        );
        const map = weightedMap(inputActivation, classWeights);
        output.mapSigned.set(map, (n * maps + m) * positions);
        output.map.set(
          map.map((value) => Math.max(0, value)),
          (n * maps + m) * positions,
        );
      }
      output.timings.ablationMs += ablated - start;
      output.timings.mapMs += performance.now() - ablated;
      input.onProgress?.(n + 1);
      if (performance.now() - yielded > LONGEST_BLOCK_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        yielded = performance.now();
      }
      throwIfAborted(input.signal);
    }
    return output;
  }

  dispose(): void {
    // Nothing is held outside the heap.
  }

  /** Fills ablated scores and weights of input n; returns the weights in float64, `[channels, classes]`. */
  private ablate(
    input: AblationInput,
    n: number,
    activation: Float32Array,
    logits: Float32Array,
    output: Pick<AblationOutput, 'ablatedScores' | 'weights'>,
  ): Float64Array {
    const { channels, classes, step, scoreFunction } = this.plan;
    const weights = new Float64Array(channels * classes);
    for (let k = 0; k < channels; k++) {
      const plane = channelPlane(activation, k, channels);
      const off = offValue(input, n, k, channels, plane);
      const drops = logitDrops(step, k, channels, plane, off);
      const change = scoreChange(logits, drops, input.score, scoreFunction);
      const norm = input.weighting === 'slope' ? channelNorm(plane, input.norm) : 0;
      change.drops.forEach((drop, c) => {
        weights[k * classes + c] = channelWeight(input.weighting, drop, change.scores[c] ?? 0, norm);
      });
      output.ablatedScores.set(change.ablatedScores, (n * channels + k) * classes);
    }
    output.weights.set(weights, n * channels * classes);
    return weights;
  }
}

function offValue(input: AblationInput, n: number, k: number, channels: number, plane: Float64Array): number {
  if (input.ablation.kind === 'channel-mean') {
    return plane.reduce((sum, value) => sum + value, 0) / plane.length;
  }
  const { values } = input.ablation;
  return values[values.length === channels ? k : n * channels + k] ?? 0;
}

function selectedClass(input: AblationInput, m: number, logits: Float32Array): number {
  if (input.classes === 'predicted') return largest(logits);
  return input.classes === 'all' ? m : (input.classes[m] ?? 0);
}

function onCpu(source: TensorSource): Float32Array {
  if (source instanceof Float32Array) return source;
  throw new KernelsError(
    'invalid-input',
    'The reference executor takes tensors on the CPU, got a GPU buffer.',
  );
}
