import * as tf from '@tensorflow/tfjs';
import { assertClose } from '@ablation-cam/tools/testing';
import { networkOf } from '../../../src/index.ts';
import { graphModelFormat } from '../../../src/graph-model/graph-model-format.ts';
import { readGraphModel } from '../../../src/graph-model/read-graph-model.ts';
import { storedWeights } from '../../../src/files/stored-weights.ts';
import { WeightBytes } from '../../../src/files/weight-bytes.ts';
import { importNodes, type ImportedNodes } from '../../../src/nodes/import-nodes.ts';
import { Memo } from '../../../src/nodes/node-context.ts';
import { evaluateGraph } from '../evaluate-nodes.ts';
import { inFileOrder, toOrder } from '../file-order.ts';
import type { GraphModelBuilder } from './graph-model-builder.ts';

/** TensorFlow.js computes in float32, in another order: some roundings of 6e-8 relative to the largest value. */
const FLOAT32 = { absolute: 1e-5, ofLargest: 1e-5 };

export interface CheckedGraphModel extends ImportedNodes {
  readonly kinds: readonly string[];
}

/**
 * Checks that the imported graph, in float64 and as TensorFlow.js runs it, gives for seeded inputs what `GraphModel.predict` does, and
 * that every node is known.
 *
 * @param dims of the inputs, in the file's order
 */
export async function checkGraphModel(
  builder: GraphModelBuilder,
  dims: readonly (readonly number[])[],
  tolerance = FLOAT32,
): Promise<CheckedGraphModel> {
  const weights = storedWeights('model.json', new WeightBytes([builder.weightBytes]), builder.specs);
  const { topology, signature } = builder as unknown as Record<'topology' | 'signature', never>;
  const file = readGraphModel({ name: 'model.json', topology, signature, weights });
  const format = graphModelFormat(file);
  const inputs = dims.map((own, i) => ({ dims: own, order: format.inputOrders[i] ?? [] }));
  const imported = importNodes(file, format, inputs, new Memo());
  const { graph } = imported;
  const opaque = graph.nodes.flatMap(({ name, operation }) =>
    operation.kind === 'opaque' ? [`${name}: ${String(operation.reason)}`] : [],
  );
  if (opaque.length > 0) throw new Error(`There are opaque nodes: ${opaque.join('; ')}`);

  const given = dims.map((own) =>
    builder.random.floats(own.reduce((product, length) => product * length, 1)),
  );
  const ordered = given.map((values, i) => toOrder(values, dims[i] ?? [], inputs[i]?.order ?? []));
  const model = await builder.load();
  const tensors = given.map((values, i) => tf.tensor(values, [...(dims[i] ?? [])]));
  const expected = [model.predict(tensors)].flat() as tf.Tensor[];
  const sized = await (await networkOf(model)).at(graph.inputs.map((node) => graph.nodes[node]?.shape ?? []));
  const fed = graph.inputs.map(
    (node, i) =>
      [
        node,
        tf.tensor(Float32Array.from(ordered[i] ?? []), [1, ...(graph.nodes[node]?.shape ?? [])]),
      ] as const,
  );
  const run = sized.run(
    new Map(fed),
    graph.outputs.map(({ node }) => node),
  );
  const values = evaluateGraph(graph, ordered);
  for (const [i, { name, node }] of graph.outputs.entries()) {
    const tensor = file.outputs.find((output) => output.name === name)?.tensor;
    const layout = imported.results.find(({ output }) => output === tensor)?.tensor.layout;
    const wanted = expected[model.outputNodes.indexOf(name)];
    if (!wanted || !layout) throw new Error(`There is no output "${name}".`);
    const reference = await wanted.data<'float32'>();
    assertClose(
      inFileOrder(values[node] ?? new Float64Array(), layout),
      reference,
      tolerance,
      `output ${name}`,
    );
    const own = Float64Array.from((await run[i]?.data()) ?? []);
    assertClose(inFileOrder(own, layout), reference, tolerance, `output ${name} on TensorFlow.js`);
  }
  tf.dispose([run, expected, tensors, fed.map(([, tensor]) => tensor)]);
  model.dispose();
  return { ...imported, kinds: graph.nodes.map(({ operation }) => operation.kind) };
}
