import type { AblationOutput, ExecutorName, Score, TailNode } from '@ablation-cam/kernels';
import type { ExtractedTail, TargetLayer } from '@ablation-cam/model';
import type { Batch } from '../forward/model-input.ts';
import { heatmapOf, mapWarnings } from '../maps/heatmap.ts';
import type { Runtime } from '../runtime/choose-runtime.ts';
import type { AblationCamResult, AblationExplanation, Choice, PositionMap } from './explanation.ts';
import type { AblationCamSettings } from './options.ts';
import { probabilitiesOf } from './probabilities.ts';

interface Described {
  readonly target: TargetLayer;
  readonly extracted: ExtractedTail;
  readonly batch: Batch;
  readonly classes: number;
  readonly settings: AblationCamSettings;
  readonly runtime: Runtime;
  /** Null in the naive strategy, which has none. */
  readonly executor: Choice<ExecutorName> | null;
}

/** Collects the outputs of passes into one result. */
export class ResultBuilder {
  /** What is really explained: a network that stops at the logits has no probabilities. */
  readonly score: Score;
  readonly #job: Described;
  readonly #explanations: AblationExplanation[] = [];
  readonly #dispatches = { ablation: 0, map: 0 };
  readonly #timings = { forwardMs: 0, ablationMs: 0, mapMs: 0 };

  constructor(job: Described) {
    this.#job = job;
    this.score = job.extracted.tail.scoreFunction === 'linear' ? 'logit' : job.settings.score;
  }

  addForward(elapsedMs: number): void {
    this.#timings.forwardMs += elapsedMs;
  }

  /** Adds what an executor found out about inputs `first` to `first + count - 1`. */
  add(first: number, count: number, output: AblationOutput): void {
    for (let n = 0; n < count; n++) this.#addInput(first + n, n, count, output);
    this.#dispatches.ablation += output.dispatches.ablation;
    this.#dispatches.map += output.dispatches.map;
    this.#timings.ablationMs += output.timings.ablationMs;
    this.#timings.mapMs += output.timings.mapMs;
  }

  result(totalMs: number): AblationCamResult {
    const { target, classes, settings, runtime, executor } = this.#job;
    const usesGpu = executor?.chosen === 'webgpu' || runtime.backend.chosen === 'webgpu';
    return {
      method: 'ablation-cam',
      explanations: this.#explanations,
      layer: target.layerCall.name,
      channels: target.shape.at(-1) ?? 0,
      classes,
      score: this.score,
      ablation: settings.ablation,
      weighting: settings.weighting,
      norm: settings.norm,
      strategy: settings.strategy,
      backend: runtime.backend,
      executor,
      adapter: usesGpu ? (runtime.device?.adapter ?? null) : null,
      dispatches: this.#dispatches,
      timings: { ...this.#timings, totalMs },
      warnings: this.#warnings(),
    };
  }

  #addInput(inputIndex: number, n: number, count: number, output: AblationOutput): void {
    const { classes, extracted, batch } = this.#job;
    const logits = output.logits.slice(n * classes, (n + 1) * classes);
    const probabilities = probabilitiesOf(logits, extracted.tail.scoreFunction);
    const ablatedScores = part(output.ablatedScores, n, count);
    const weights = part(output.weights, n, count);
    const classIndices = part(output.classIndices, n, count);
    const maps = classIndices.length;
    const shape = this.#positions();
    const inputPositions = batch.arrays[0]?.shape.slice(1, -1) ?? [];
    classIndices.forEach((classIndex, m) => {
      const mapSigned: PositionMap = {
        shape,
        data: part(output.mapSigned, n * maps + m, count * maps).slice(),
      };
      const map: PositionMap = { shape, data: part(output.map, n * maps + m, count * maps).slice() };
      const scores = this.score === 'logit' ? logits : (probabilities ?? logits);
      const classScore = scores[classIndex] ?? 0;
      this.#explanations.push({
        inputIndex,
        classIndex,
        classScore,
        probabilities,
        logits,
        weights: Float32Array.from(
          { length: weights.length / classes },
          (_, k) => weights[k * classes + classIndex] ?? 0,
        ),
        ablatedScores,
        mapSigned,
        map,
        heatmap: heatmapOf(map, inputPositions.length === shape.length ? inputPositions : shape),
        warnings: [
          ...(classScore === 0 ? ['The score of this class is 0, so all its weights are set to 0.'] : []),
          ...mapWarnings(mapSigned),
        ],
      });
    });
  }

  #positions(): readonly number[] {
    const { tail } = this.#job.extracted;
    return tail.nodes[tail.target]?.shape.slice(0, -1) ?? [];
  }

  #warnings(): string[] {
    const { extracted, settings } = this.#job;
    const warnings: string[] = [];
    if (this.score !== settings.score) {
      warnings.push('The network stops at its logits, so these are explained instead of probabilities.');
    }
    if (settings.ablation === 'channel-mean' && keepsMeanUntilAverage(extracted)) {
      warnings.push(
        'A global average pooling reads only the mean of each channel, which the ablation channel-mean keeps: ' +
          'all weights are zero up to rounding. Use the ablation zero.',
      );
    }
    return warnings;
  }
}

/** Whether a global average pooling follows the target with nothing but affine operations between. */
function keepsMeanUntilAverage({ tail }: ExtractedTail): boolean {
  const keepsMean = (index: number): boolean => {
    const node: TailNode | undefined = tail.nodes[index];
    if (node?.operation.kind === 'target') return true;
    return node?.operation.kind === 'affine' && node.inputs.every(keepsMean);
  };
  return tail.nodes.some(
    ({ operation, inputs }) =>
      operation.kind === 'global-pool' && operation.reduction === 'average' && inputs.every(keepsMean),
  );
}

/** The n-th of `count` equal parts. */
function part<T extends Float32Array | Uint32Array>(values: T, n: number, count: number): T {
  const size = values.length / count;
  return values.subarray(n * size, (n + 1) * size) as T;
}
