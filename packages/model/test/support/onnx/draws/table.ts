import { seededRandom } from '@ablation-cam/tools/testing';
import { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { activationDraws } from './activations.ts';
import { arithmeticDraws } from './arithmetic.ts';
import type { Draws, Drawn } from './draw.ts';
import { moveDraws } from './moves.ts';
import { statisticsDraws } from './statistics.ts';
import { windowDraws } from './windows.ts';

/** All operators of ONNX that tests draw. */
export const onnxDraws: Draws = {
  ...activationDraws,
  ...arithmeticDraws,
  ...moveDraws,
  ...statisticsDraws,
  ...windowDraws,
};

/** Versions of ONNX's operators that files are written in. */
const OPSETS = [7, 9, 10, 11, 12, 13, 15, 17, 18, 19, 20, 21, 22];

/** The first version with an operator, and the last. */
const VERSIONS: Readonly<Record<string, readonly [since: number, until?: number]>> = {
  Celu: [12],
  Erf: [9],
  Expand: [8],
  Gelu: [20],
  // ONNX Runtime has none of version 22.
  GlobalLpPool: [7, 21],
  GroupNormalization: [21],
  HardSwish: [14],
  LayerNormalization: [17],
  Max: [8],
  Mean: [8],
  MeanVarianceNormalization: [9],
  Min: [8],
  Mish: [18],
  Resize: [10],
  Shrink: [9],
  Sum: [8],
  Swish: [24],
  ThresholdedRelu: [10],
  Upsample: [7, 9],
  Where: [9],
};

/** The versions in which an operator is drawn. */
export function opsetsOf(type: string): readonly number[] {
  const [since, until = Infinity] = VERSIONS[type] ?? [0];
  const found = OPSETS.filter((opset) => opset >= since && opset <= until);
  return found.length > 0 ? found : [since];
}

/** A feature map, or now and then that of a signal, of odd sizes. */
export function drawnInput(builder: OnnxBuilder, leastChannels = 1): Drawn {
  const { random } = builder;
  const channels = random.integer(leastChannels, 4);
  const positions =
    random.integer(0, 3) === 0 ? [random.integer(1, 9)] : [random.integer(1, 6), random.integer(1, 6)];
  const dims = [1, channels, ...positions];
  return { name: builder.input('x', dims), dims };
}

/** A file with one operator, as its draw writes it. */
export function drawnFile(
  type: string,
  seed: number,
): { readonly builder: OnnxBuilder; readonly dims: readonly number[] } {
  const random = seededRandom(seed);
  const builder = new OnnxBuilder(random, random.pick(opsetsOf(type)));
  const x = drawnInput(builder);
  builder.output(drawn(type, builder, x));
  return { builder, dims: x.dims };
}

/** The tensor that a draw yields; it added a node of its operator. @throws RangeError where there is no draw */
export function drawn(type: string, builder: OnnxBuilder, x: Drawn): string {
  const draw = onnxDraws[type];
  if (!draw) throw new RangeError(`No test draws ${type}: add it to the draws.`);
  const before = builder.nodes.length;
  const output = draw(builder, x);
  const added = builder.nodes.slice(before).map(({ opType }) => opType);
  if (!added.includes(type)) throw new RangeError(`The draw of ${type} added ${added.join(', ')}.`);
  return output;
}
