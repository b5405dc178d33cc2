import { ModelError } from '../../errors.ts';
import { limits } from '../../files/limits.ts';
import { broadcastStrides, readStrided, type ConstantTensor, type ElementType } from '../constant-tensor.ts';
import { product, type Dims } from '../layout.ts';
import type { FileNode } from '../node-file.ts';

/** A node whose inputs are all known. */
export interface Folding<Node extends FileNode = FileNode> {
  readonly node: Node;
  /** Null for those that are left out. */
  readonly inputs: readonly (ConstantTensor | null)[];
}

export type Folded = ConstantTensor | readonly ConstantTensor[];

/** @throws ModelError `invalid-file` where the node has no such input */
export function input({ node, inputs }: Folding, index: number): ConstantTensor {
  const found = inputs[index];
  if (found) return found;
  throw refused(node, `has no input ${String(index)}`);
}

/** The inputs that are there. */
export function given({ inputs }: Folding): ConstantTensor[] {
  return inputs.filter((tensor) => tensor !== null);
}

/** The error for a node that contradicts its inputs. */
export function refused(node: FileNode, what: string): ModelError {
  return new ModelError(
    'invalid-file',
    `Node "${node.name}" (${node.type}) ${what}. Export the network again.`,
  );
}

/** How many values a shape has, before memory is taken for them. @throws ModelError `invalid-file` for too many */
export function checkedSize({ node }: Folding, dims: Dims): number {
  const size = product(dims);
  if (dims.every((length) => Number.isInteger(length) && length >= 0) && size <= limits.foldedValues)
    return size;
  throw refused(node, `makes a constant of the shape [${dims.join(', ')}]`);
}

/** The same values in another shape. */
export function reshapedTo(folding: Folding, x: ConstantTensor, dims: Dims | null): ConstantTensor {
  if (!dims || product(dims) !== product(x.dims)) {
    throw refused(folding.node, `gives [${x.dims.join(', ')}] a shape that holds another number of values`);
  }
  return { ...x, dims };
}

/** Repeated along axes of length 1. */
export function expanded(folding: Folding, x: ConstantTensor, dims: Dims): ConstantTensor {
  checkedSize(folding, dims);
  return { ...x, dims, values: readStrided(x.values, dims, broadcastStrides(x.dims, dims)) };
}

/** As another type: whole numbers drop the fraction. */
export function castTo(x: ConstantTensor, type: ElementType): ConstantTensor {
  if (type === x.type) return x;
  const values = Float64Array.from(x.values, (value) =>
    type === 'integer' ? Math.trunc(value) : type === 'boolean' ? Number(value !== 0) : value,
  );
  return { ...x, type, values };
}
