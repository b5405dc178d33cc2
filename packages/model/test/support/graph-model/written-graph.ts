import { seededRandom } from '@ablation-cam/tools/testing';
import { checkGraphModel, type CheckedGraphModel } from './check-graph-model.ts';
import { GraphModelBuilder, type AttributeValue } from './graph-model-builder.ts';

export type Dims = readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;
export type Write = (b: GraphModelBuilder, x: string) => string;

/** A network of one input whose nodes `write` adds; it returns the output. */
export function check(dims: Dims, write: Write): Promise<CheckedGraphModel> {
  const builder = new GraphModelBuilder(seededRandom(dims.reduce((sum, length) => 7 * sum + length, 3)));
  builder.output(write(builder, builder.input('x', dims)));
  return checkGraphModel(builder, [dims]);
}

/** One node of one input and constants. */
export function single(
  op: string,
  constants: (b: GraphModelBuilder) => string[],
  attributes: Attributes = {},
): Write {
  return (b, x) => b.node(op, [x, ...constants(b)], attributes);
}

export const none = (): string[] => [];
