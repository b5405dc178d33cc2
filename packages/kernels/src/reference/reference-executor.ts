import type {
  AblationInput,
  AblationOutput,
  Executor,
  PreparedAblation,
  TensorSource,
} from '../ablation/contract.ts';
import { classOfMap, openOutput } from '../ablation/open-output.ts';
import { mapsPerInput, throwIfAborted, validateInput } from '../ablation/validate.ts';
import { KernelsError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { Weights, WeightValues } from '../plan/weights.ts';
import { sizeOf } from '../tail/shape.ts';
import { channelPlane, channelWeights, drawMap } from './channel-weights.ts';
import { baseScores, largest, scoreChange } from './score-change.ts';
import { logitDrops } from './separable-dense.ts';
import { kernelsOf, logitDeltas } from './steps/run-steps.ts';

/** An abort or a repaint gets its turn at least this often between inputs. */
const LONGEST_BLOCK_MS = 50;

/** Returns the executor that evaluates plans in plain TypeScript and float64: slow, readable, needs nothing. */
export function referenceExecutor(): Executor {
  return {
    name: 'reference',
    adapter: null,
    prepare: (plan) => Promise.resolve(new ReferenceAblation(plan)),
  };
}

class ReferenceAblation implements PreparedAblation {
  readonly #kernels: ReadonlyMap<Weights, WeightValues>;

  constructor(readonly plan: Plan) {
    this.#kernels = plan.kind === 'steps' ? kernelsOf(plan) : new Map();
  }

  async run(input: AblationInput): Promise<AblationOutput> {
    validateInput(this.plan, input);
    const { channels, classes } = this.plan;
    const positions = sizeOf(this.plan.positions);
    const activation = onCpu(input.activation);
    const logits = onCpu(input.logits);
    const maps = mapsPerInput(input.classes, classes);
    const output = openOutput(this.plan, input.inputs, maps);
    output.logits.set(logits);
    const turn = turns(input.signal);
    for (let n = 0; n < input.inputs; n++) {
      const size = positions * channels;
      const inputActivation = activation.subarray(n * size, (n + 1) * size);
      const inputLogits = logits.subarray(n * classes, (n + 1) * classes);

      const start = performance.now();
      const weights = await this.ablate(input, n, inputActivation, inputLogits, turn, output);
      const ablated = performance.now();
      const predicted = largest(inputLogits);
      for (let m = 0; m < maps; m++) {
        const classIndex = classOfMap(input.classes, m, predicted);
        output.classIndices[n * maps + m] = classIndex;
        drawMap(inputActivation, weights, classes, classIndex, output, n * maps + m);
      }
      output.timings.ablationMs += ablated - start;
      output.timings.mapMs += performance.now() - ablated;
      input.onProgress?.(n + 1);
      await turn();
    }
    return output;
  }

  dispose(): void {
    // Nothing is held outside the heap.
  }

  /** Fills ablated scores and weights of input n; returns the weights in float64, `[channels, classes]`. */
  private async ablate(
    input: AblationInput,
    n: number,
    activation: Float32Array,
    logits: Float32Array,
    turn: () => Promise<void>,
    output: Pick<AblationOutput, 'ablatedScores' | 'weights'>,
  ): Promise<Float64Array> {
    const { channels, classes, scoreFunction } = this.plan;
    const drops = await this.drops(input, n, activation, logits, turn);
    const change = scoreChange(baseScores(logits, input.score, scoreFunction), drops);
    const weights = channelWeights(change, activation, input.weighting, input.norm);
    output.ablatedScores.set(change.ablatedScores, n * channels * classes);
    output.weights.set(weights, n * channels * classes);
    return weights;
  }

  /** How far each logit of input n falls without each channel, `[channels, classes]`. */
  private async drops(
    input: AblationInput,
    n: number,
    activation: Float32Array,
    logits: Float32Array,
    turn: () => Promise<void>,
  ): Promise<Float64Array> {
    const { plan } = this;
    const off = offValues(input, n, activation, plan.channels);
    if (plan.kind === 'steps') {
      return logitDeltas(plan, this.#kernels, {
        activation: Float64Array.from(activation),
        off,
        logits,
        constant: (node) => constantValue(plan, input, n, node),
        continueFrom: input.continueFrom,
        turn,
      });
    }
    const { channels, classes, step } = plan;
    const drops = new Float64Array(channels * classes);
    for (let k = 0; k < channels; k++) {
      const plane = channelPlane(activation, k, channels);
      drops.set(logitDrops(step, k, channels, plane, off[k]!), k * classes);
    }
    return drops;
  }
}

/** Returns what is awaited between pieces of work: it gives way to an abort or a repaint often enough. */
function turns(signal: AbortSignal | undefined): () => Promise<void> {
  let yielded = performance.now();
  return async () => {
    if (performance.now() - yielded > LONGEST_BLOCK_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      yielded = performance.now();
    }
    throwIfAborted(signal);
  };
}

/** The value that stands for "off", for each channel of input n. */
function offValues(
  { ablation }: AblationInput,
  n: number,
  activation: Float32Array,
  channels: number,
): Float64Array {
  return new Float64Array(channels).map((_, k) => {
    if (ablation.kind === 'channel-mean') {
      const plane = channelPlane(activation, k, channels);
      return plane.reduce((sum, value) => sum + value, 0) / plane.length;
    }
    const { values } = ablation;
    return values[values.length === channels ? k : n * channels + k]!;
  });
}

/** The value of a constant node for input n; that it is there was checked at the door. */
function constantValue(
  { tail }: StepPlan,
  { constants }: AblationInput,
  n: number,
  node: number,
): Float64Array {
  const size = sizeOf(tail.nodes[node]?.shape ?? []);
  const source = constants?.get(node) ?? new Float32Array();
  return Float64Array.from(onCpu(source).subarray(n * size, (n + 1) * size));
}

function onCpu(source: TensorSource): Float32Array {
  if (source instanceof Float32Array) return source;
  throw new KernelsError(
    'invalid-input',
    'The reference executor takes tensors on the CPU, got a GPU buffer.',
  );
}
