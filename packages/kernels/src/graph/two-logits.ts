import type { DenseOperation } from '../operations/dense.ts';
import type { TailNode } from '../tail/tail.ts';

/**
 * Returns nodes for the logits (-z, z) of a network that ends in one logit z: with p = sigmoid(z), their sigmoids are
 * (1 - p, p), the scores of two classes. A last dense layer gets a second column; behind anything else a dense layer
 * is added.
 *
 * @param output index of the node that holds z, shape `[1]`
 */
export function twoLogits(nodes: readonly TailNode[], output: number): { nodes: TailNode[]; output: number } {
  const last = nodes[output];
  if (!last) throw new RangeError(`The tail has no node ${String(output)}.`);
  const others = nodes.filter((_, index) => index !== output);
  const used = others.some(({ inputs }) => inputs.includes(output));
  const { operation } = last;
  if (operation.kind === 'dense' && operation.units === 1 && !used) {
    return { nodes: nodes.with(output, { ...last, operation: bothSigns(operation), shape: [2] }), output };
  }
  const added: TailNode = {
    name: last.name,
    operation: { kind: 'dense', units: 2, kernel: Float32Array.of(-1, 1), bias: null },
    inputs: [output],
    shape: [2],
  };
  return { nodes: [...nodes, added], output: nodes.length };
}

/** Logits as the tail has them, `[inputs, classes]`: a single logit z of a sigmoid unit becomes (-z, z). */
export function twoLogitRows(logits: Float32Array, inputs: number, classes: number): Float32Array {
  if (logits.length === inputs * classes) return logits;
  return Float32Array.from({ length: inputs * 2 }, (_, i) => {
    const z = logits[i >> 1] ?? 0;
    return i % 2 === 0 ? -z : z;
  });
}

function bothSigns({ kernel, bias }: DenseOperation): DenseOperation {
  const columns = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: 2 * values.length }, (_, i) => (i % 2 ? 1 : -1) * (values[i >> 1] ?? 0));
  return { kind: 'dense', units: 2, kernel: columns(kernel), bias: bias && columns(bias) };
}
