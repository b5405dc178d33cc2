import type { GraphProgram, Primitive, ProgramNode, ProgramTensor } from '@ablation-cam/kernels/lowering';

/** What a convolution or matrix product does to its sums before it writes them down. */
export interface Ending {
  /** `[filters]`, or null */
  readonly bias: ProgramTensor | null;
  readonly activation: 'linear' | 'relu' | 'relu6';
}

/** A node of a program; with an ending it stands for those behind it, too. */
export interface FusedNode extends Omit<ProgramNode, 'layers'> {
  readonly ending?: Ending;
}

const SUMMING: ReadonlySet<Primitive['kind']> = new Set(['convolution', 'depthwise', 'mat-mul']);

/**
 * Returns the nodes of a program with convolutions and matrix products joined with the bias and the rectifier behind them, which
 * cost a pass over the whole tensor each where they stand alone. The numbers are the same.
 */
export function fuseNodes(program: GraphProgram): FusedNode[] {
  const behind = new Followers(program);
  const gone = new Set<ProgramNode>();
  return program.once.flatMap((node): FusedNode[] => {
    if (gone.has(node)) return [];
    const fused = SUMMING.has(node.operation.kind) ? behind.fuse(node) : null;
    for (const other of fused?.joined ?? []) gone.add(other);
    return [fused?.node ?? node];
  });
}

/** What follows each node of a program. */
class Followers {
  readonly #readers = new Map<ProgramTensor, ProgramNode[]>();
  readonly #constants: ReadonlySet<ProgramTensor>;

  constructor(readonly program: GraphProgram) {
    for (const node of program.once) {
      for (const input of new Set(node.inputs))
        this.#readers.set(input, [...(this.#readers.get(input) ?? []), node]);
    }
    this.#constants = new Set(program.constants.map(({ value }) => value));
  }

  /** Null where nothing behind the node can be joined with it. */
  fuse(node: ProgramNode): { readonly node: FusedNode; readonly joined: readonly ProgramNode[] } | null {
    let [end, ending, joined]: [ProgramTensor, Ending, ProgramNode[]] = [
      node.output,
      { bias: null, activation: 'linear' },
      [],
    ];
    // Reshapes count once something behind them does.
    let passed: ProgramNode[] = [];
    let next = this.#onlyReader(end);
    while (next && ending.activation === 'linear') {
      const { operation, output } = next;
      passed = [...passed, next];
      const added = operation.kind === 'reshape' ? null : this.#added(node, next, ending);
      if (operation.kind !== 'reshape' && !added) break;
      if (added) [end, ending, joined] = [output, added, passed];
      next = this.#onlyReader(output);
    }
    if (joined.length === 0) return null;
    const inputs = ending.bias === null ? node.inputs : [...node.inputs, ending.bias];
    const { operation, frees } = node;
    return { node: { operation, inputs, output: end, frees, ending }, joined };
  }

  /** The ending with what a node does to what there is so far; null where it cannot be joined. */
  #added(node: ProgramNode, { operation, inputs }: ProgramNode, ending: Ending): Ending | null {
    if (operation.kind === 'unary') {
      if (operation.function === 'relu') return { ...ending, activation: 'relu' };
      return operation.function === 'clip' && operation.alpha === 6
        ? { ...ending, activation: 'relu6' }
        : null;
    }
    if (operation.kind !== 'binary' || operation.function !== 'add' || ending.bias !== null) return null;
    const bias = inputs.find((input) => this.#constants.has(input));
    const [sum] = inputs.filter((input) => input !== bias);
    if (bias === undefined || sum === undefined) return null;
    const filters = this.#shape(node.output).at(-1);
    const isOfFilters =
      this.#shape(bias).every((length, axis, all) => length === (axis === all.length - 1 ? filters : 1)) &&
      this.#shape(sum).at(-1) === filters &&
      this.#shape(bias).length <= this.#shape(sum).length;
    return isOfFilters ? { ...ending, bias } : null;
  }

  #shape(tensor: ProgramTensor): GraphProgram['values'][number] {
    return this.program.values[tensor] ?? [];
  }

  #onlyReader(tensor: ProgramTensor): ProgramNode | null {
    const [reader = null, ...others] = this.#readers.get(tensor) ?? [];
    return others.length > 0 || this.program.fetched.includes(tensor) ? null : reader;
  }
}
