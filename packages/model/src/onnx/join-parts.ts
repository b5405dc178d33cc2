import { create } from '@bufbuild/protobuf';
import { AttributeProtoSchema } from 'onnx-buf';
import { numbersOf, type ConstantTensor } from '../nodes/constant-tensor.ts';
import { fold } from './fold.ts';
import { isSame } from '../nodes/layout.ts';
import { readBy } from '../nodes/node-file.ts';
import { sortNodes } from '../nodes/sort-nodes.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';

/** A normalization over any axes, without scale and bias: `axes`, `epsilon`. No operator of ONNX. */
export const NORMALIZATION = 'parts.Normalization';

/**
 * Returns the file with the parts joined of which exporters make functions that older versions of ONNX lack: GELU, which has the
 * error function inside, and layer normalizations. The node that yields the result stands for all of them.
 */
export function joinParts(file: OnnxFile): OnnxFile {
  const parts = new Parts(file);
  const nodes = file.nodes.map((node) => parts.geluAt(node) ?? parts.normalizationAt(node) ?? node);
  const given = [...file.inputs.map(({ tensor }) => tensor), ...file.weights.keys()];
  // What only the parts needed goes.
  return {
    ...file,
    nodes: sortNodes(
      file.name,
      nodes,
      given,
      file.outputs.map(({ tensor }) => tensor),
    ),
  };
}

class Parts {
  readonly #makers = new Map<string, OnnxNode>();
  readonly #users = new Map<string, OnnxNode[]>();
  /** The last multiplications of the GELUs there are. */
  readonly #gelus = new Map<OnnxNode, string>();

  constructor(readonly file: OnnxFile) {
    for (const node of file.nodes) {
      for (const output of node.outputs) this.#makers.set(output, node);
      for (const input of new Set(readBy(node))) {
        const users = this.#users.get(input);
        if (users) users.push(node);
        else this.#users.set(input, [node]);
      }
    }
    for (const node of file.nodes) if (node.type === 'Erf') this.#findGelu(node);
  }

  geluAt(node: OnnxNode): OnnxNode | null {
    const input = this.#gelus.get(node);
    return input === undefined ? null : { ...node, type: 'Gelu', inputs: [input], attributes: new Map() };
  }

  /** (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon), at its division. */
  normalizationAt(node: OnnxNode): OnnxNode | null {
    if (node.type !== 'Div') return null;
    const [centered = '', deviation = ''] = node.inputs;
    const difference = this.#maker(centered, 'Sub');
    const sum = this.#maker(this.#maker(deviation, 'Sqrt')?.inputs[0], 'Add');
    if (!difference || !sum) return null;
    const [x = '', mean = ''] = difference.inputs;
    const epsilon = this.#scalarBeside(sum);
    const axes = this.#meanAxes(mean, x);
    const variance = this.#maker(epsilon?.other, 'ReduceMean');
    const square = this.#maker(variance?.inputs[0], 'Pow') ?? this.#maker(variance?.inputs[0], 'Mul');
    if (!epsilon || !axes || !variance || !square) return null;
    const isSquare = square.inputs.every((name, i) =>
      i === 1 && square.type === 'Pow' ? this.#scalar(name) === 2 : this.#isDifference(name, x, mean),
    );
    const own = this.#meanAxes(epsilon.other, variance.inputs[0] ?? '');
    if (!isSquare || !own || !isSame(own, axes)) return null;
    const attributes = new Map([
      ['axes', create(AttributeProtoSchema, { name: 'axes', ints: axes.map(BigInt) })],
      ['epsilon', create(AttributeProtoSchema, { name: 'epsilon', f: epsilon.value })],
    ]);
    return { ...node, type: NORMALIZATION, inputs: [x], attributes };
  }

  /** 0.5 x (1 + erf(x / sqrt 2)) in any order of its multiplications. */
  #findGelu(erf: OnnxNode): void {
    const scaled = this.#scaledFrom(erf.inputs[0] ?? '');
    if (!scaled || Math.abs(scaled.factor - Math.SQRT1_2) > 1e-4) return;
    const sum = this.#onlyUser(erf);
    if (sum?.type !== 'Add' || this.#scalarBeside(sum)?.value !== 1) return;
    let [last, factor, hasInput] = [sum, 1, false];
    for (;;) {
      const next = this.#onlyUser(last);
      if (next?.type !== 'Mul') break;
      const other = next.inputs.find((name) => name !== last.outputs[0]) ?? '';
      const value = this.#scalar(other);
      const beside = this.#scaledFrom(other);
      if (value !== null) factor *= value;
      else if (!hasInput && (other === scaled.source || beside?.source === scaled.source)) {
        hasInput = true;
        factor *= other === scaled.source ? 1 : (beside?.factor ?? 1);
      } else break;
      last = next;
      if (hasInput && Math.abs(factor - 0.5) < 1e-6) {
        this.#gelus.set(last, scaled.source);
        return;
      }
    }
  }

  #maker(name: string | undefined, type: string): OnnxNode | null {
    const node = this.#makers.get(name ?? '');
    return node?.type === type ? node : null;
  }

  #onlyUser({ outputs }: OnnxNode): OnnxNode | null {
    const [output = ''] = outputs;
    const users = this.#users.get(output) ?? [];
    const isOutput = this.file.outputs.some(({ tensor }) => tensor === output);
    return users.length === 1 && !isOutput ? (users[0] ?? null) : null;
  }

  #constant(name: string): ConstantTensor | null {
    const weights = this.file.weights.get(name);
    if (weights) return weights();
    const maker = this.#maker(name, 'Constant');
    return maker ? (fold(maker, [])?.[0] ?? null) : null;
  }

  #scalar(name: string): number | null {
    const constant =
      this.file.weights.has(name) || this.#maker(name, 'Constant') ? this.#constant(name) : null;
    return constant?.values.length === 1 ? (constant.values[0] ?? null) : null;
  }

  /** The scalar among the two inputs of a node, and the other one. */
  #scalarBeside({ inputs: [a = '', b = ''] }: OnnxNode): { value: number; other: string } | null {
    const [first, second] = [this.#scalar(a), this.#scalar(b)];
    if (second !== null) return { value: second, other: a };
    return first === null ? null : { value: first, other: b };
  }

  /** What is multiplied or divided by a scalar to give the tensor. */
  #scaledFrom(name: string): { source: string; factor: number } | null {
    const node = this.#makers.get(name);
    if (node?.type === 'Mul') {
      const beside = this.#scalarBeside(node);
      return beside && { source: beside.other, factor: beside.value };
    }
    const divisor = node?.type === 'Div' ? this.#scalar(node.inputs[1] ?? '') : null;
    return divisor === null ? null : { source: node?.inputs[0] ?? '', factor: 1 / divisor };
  }

  #isDifference(name: string, x: string, mean: string): boolean {
    const node = this.#maker(name, 'Sub');
    return node?.inputs[0] === x && node.inputs[1] === mean;
  }

  /** The axes over which the tensor `mean` is the mean of `x`, which have to stay. */
  #meanAxes(mean: string, x: string): number[] | null {
    const node = this.#maker(mean, 'ReduceMean');
    if (node?.inputs[0] !== x || node.attributes.get('keepdims')?.i === 0n) return null;
    const given = node.inputs[1] === undefined ? null : this.#constant(node.inputs[1]);
    return given ? numbersOf(given) : (node.attributes.get('axes')?.ints.map(Number) ?? null);
  }
}
