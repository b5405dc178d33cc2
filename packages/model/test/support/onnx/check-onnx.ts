import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
import { assertClose } from '@ablation-cam/tools/testing';
import { importNodes, type ImportedNodes } from '../../../src/nodes/import-nodes.ts';
import { Memo } from '../../../src/nodes/node-context.ts';
import { inputOrder } from '../../../src/onnx/input-order.ts';
import { joinParts } from '../../../src/onnx/join-parts.ts';
import { onnxFormat } from '../../../src/onnx/onnx-format.ts';
import { readOnnx } from '../../../src/onnx/read-onnx.ts';
import { evaluateGraph } from '../evaluate-nodes.ts';
import { inFileOrder, toOrder } from '../file-order.ts';

/** ONNX Runtime computes in float32, in another order: some roundings of 6e-8 relative to the largest value. */
const FLOAT32 = { absolute: 1e-5, ofLargest: 1e-5 };

export interface CheckedOnnx extends ImportedNodes {
  readonly kinds: readonly string[];
}

/** Imports what the builder wrote, for inputs of the sizes given. */
export async function importBuilt(
  builder: OnnxBuilder,
  dims: readonly (readonly number[])[],
): Promise<ImportedNodes & { readonly orders: readonly (readonly number[])[] }> {
  const bytes = builder.bytes();
  const file = joinParts(
    await readOnnx({
      name: 'net.onnx',
      bytes,
      sibling: () => Promise.reject(new Error('There is no other file.')),
    }),
  );
  const inputs = file.inputs.map((input, i) => ({ dims: dims[i] ?? [], order: inputOrder(file, input) }));
  return {
    ...importNodes(file, onnxFormat(file), inputs, new Memo()),
    orders: inputs.map(({ order }) => order),
  };
}

/**
 * Checks that the imported graph, in float64, gives for a seeded input what ONNX Runtime makes of the file, and that every node
 * is known.
 */
export async function checkOnnx(
  builder: OnnxBuilder,
  dims: readonly (readonly number[])[],
  tolerance: { absolute: number; ofLargest?: number } = FLOAT32,
): Promise<CheckedOnnx> {
  const imported = await importBuilt(builder, dims);
  const { graph } = imported;
  const opaque = graph.nodes.flatMap(({ name, operation }) =>
    operation.kind === 'opaque' ? [`${name}: ${String(operation.reason)}`] : [],
  );
  if (opaque.length > 0) throw new Error(`There are opaque nodes: ${opaque.join('; ')}`);

  const given = dims.map((own) =>
    builder.random.floats(own.reduce((product, length) => product * length, 1)),
  );
  const session = await InferenceSession.create(builder.bytes(), {
    logSeverityLevel: 3,
    graphOptimizationLevel: 'basic',
    // Starting threads takes longer than the network.
    intraOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(
    session.inputNames.map((name, i) => [name, new Tensor('float32', given[i]!, dims[i] ?? [])]),
  );
  const expected = await session.run(feeds);
  await session.release();

  const inputs = given.map((values, i) => toOrder(values, dims[i] ?? [], imported.orders[i] ?? []));
  const values = evaluateGraph(graph, inputs);
  graph.outputs.forEach(({ name, node }) => {
    const wanted = expected[name];
    const layout = imported.results.find(({ output }) => output === name)?.tensor.layout;
    if (!wanted || !layout) throw new Error(`There is no output "${name}".`);
    const own = inFileOrder(values[node] ?? new Float64Array(), layout);
    assertClose(own, wanted.data as Float32Array, tolerance, `output ${name}`);
  });
  return { ...imported, kinds: graph.nodes.map(({ operation }) => operation.kind) };
}
