import type { ConstantTensor } from '../nodes/constant-tensor.ts';
import type { OnnxNode } from './onnx-file.ts';

/** Attributes of a node by their kinds; what is left out has the default given. */
export class Attributes {
  constructor(readonly node: OnnxNode) {}

  has(name: string): boolean {
    return this.node.attributes.has(name);
  }

  int(name: string, missing: number): number {
    const value = this.node.attributes.get(name);
    return value ? Number(value.i) : missing;
  }

  ints(name: string): number[] | null {
    return this.node.attributes.get(name)?.ints.map(Number) ?? null;
  }

  float(name: string, missing: number): number {
    return this.node.attributes.get(name)?.f ?? missing;
  }

  text(name: string, missing: string): string {
    const value = this.node.attributes.get(name);
    return value ? new TextDecoder().decode(value.s) : missing;
  }

  tensor(name: string): ConstantTensor | null {
    const tensor = this.node.attributes.get(name)?.t;
    return tensor ? this.node.tensorOf(tensor) : null;
  }
}
