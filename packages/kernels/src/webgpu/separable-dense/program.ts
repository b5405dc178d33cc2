import type { PointwiseOperation, SeparableDenseStep } from '../../plan/separable-dense.ts';
import { ACTIVATION_CODES } from '../activation-codes.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';

/** A separable tail as `separable-dense.wgsl` reads it. */
export interface Program {
  readonly words: Uint32Array<ArrayBuffer>;
  /** Scales and shifts of the affine operations, `[scale, shift]` of `channels` values each. */
  readonly constants: Float32Array<ArrayBuffer>;
  /** Where the operations after the reduction stand in `words`. */
  readonly reducedBegin: number;
  readonly reducedEnd: number;
}

const AFFINE_CODE = 0;

/** Stage records first (13 words each), then the records of pointwise operations (3 words each). */
export function encodeProgram(step: SeparableDenseStep): Program {
  const stageWords = 13;
  const constants: number[] = [];
  const pointwiseWords: number[] = [];
  const pointwiseBegin = step.stages.length * stageWords;
  const alpha = new Float32Array(1);
  const alphaBits = new Uint32Array(alpha.buffer);

  const append = (operations: readonly PointwiseOperation[]): readonly [number, number] => {
    const begin = pointwiseBegin + pointwiseWords.length;
    for (const operation of operations) {
      if (operation.kind === 'affine') {
        pointwiseWords.push(AFFINE_CODE, constants.length, 0);
        constants.push(...operation.scale, ...operation.shift);
      } else {
        alpha[0] = operation.alpha ?? 0;
        pointwiseWords.push(ACTIVATION_CODES[operation.function], alphaBits[0] ?? 0, 0);
      }
    }
    return [begin, pointwiseBegin + pointwiseWords.length];
  };

  const stageRecords = step.stages.flatMap(({ window, pointwise, input, output }) => [
    REDUCTION_CODES[window?.reduction ?? 'none'],
    window?.height ?? 1,
    window?.width ?? 1,
    window?.strideHeight ?? 1,
    window?.strideWidth ?? 1,
    window?.padTop ?? 0,
    window?.padLeft ?? 0,
    input.height,
    input.width,
    output.height,
    output.width,
    ...append(pointwise),
  ]);
  const [reducedBegin, reducedEnd] = append(step.reduced);
  return {
    words: Uint32Array.from([...stageRecords, ...pointwiseWords]),
    constants: Float32Array.from(constants),
    reducedBegin,
    reducedEnd,
  };
}
