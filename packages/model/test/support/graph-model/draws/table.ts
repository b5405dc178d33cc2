import { seededRandom } from '@ablation-cam/tools/testing';
import { GraphModelBuilder } from '../graph-model-builder.ts';
import { arithmeticDraws } from './arithmetic.ts';
import type { Draws, Drawn } from './draw.ts';
import { moveDraws } from './moves.ts';
import { windowDraws } from './windows.ts';

/** All operators of GraphModels that tests draw. */
export const graphModelDraws: Draws = { ...arithmeticDraws, ...moveDraws, ...windowDraws };

/** A feature map, or now and then that of a signal, of odd sizes. */
export function drawnInput(builder: GraphModelBuilder, leastChannels = 1): Drawn {
  const { random } = builder;
  const channels = random.integer(leastChannels, 4);
  const positions =
    random.integer(0, 3) === 0 ? [random.integer(1, 9)] : [random.integer(1, 6), random.integer(1, 6)];
  const dims = [1, ...positions, channels];
  return { name: builder.input('x', dims), dims };
}

/** A model with one operator, as its draw writes it. */
export function drawnModel(
  op: string,
  seed: number,
): { readonly builder: GraphModelBuilder; readonly dims: readonly number[] } {
  const builder = new GraphModelBuilder(seededRandom(seed));
  const x = drawnInput(builder);
  builder.output(drawn(op, builder, x));
  return { builder, dims: x.dims };
}

/** The tensor that a draw yields; it added a node of its operator. @throws RangeError where there is no draw */
export function drawn(op: string, builder: GraphModelBuilder, x: Drawn): string {
  const draw = graphModelDraws[op];
  if (!draw) throw new RangeError(`No test draws ${op}: add it to the draws.`);
  const before = builder.nodes.length;
  const output = draw(builder, x);
  const added = builder.nodes.slice(before).map((node) => String(node['op']));
  if (!added.includes(op)) throw new RangeError(`The draw of ${op} added ${added.join(', ')}.`);
  return output;
}
