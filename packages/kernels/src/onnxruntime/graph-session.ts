import type { Graph, NodeId } from '../graph/graph.ts';
import { lowerGraph } from '../lowering/lower-graph.ts';
import type { Tensor } from '../lowering/program.ts';
import { ProgramSession, type SessionOptions } from './session.ts';
import { writeProgram } from './write-program.ts';

/** A part of a network that ONNX Runtime has prepared, from some nodes to others. */
export class GraphSession {
  readonly #session: ProgramSession;
  /** The program's tensors for the feeds; null for those that nothing reads. */
  readonly #fed: readonly (Tensor | null)[];
  readonly #fetched: readonly Tensor[];

  private constructor(session: ProgramSession, fed: readonly (Tensor | null)[], fetched: readonly Tensor[]) {
    this.#session = session;
    this.#fed = fed;
    this.#fetched = fetched;
  }

  /**
   * Prepares a part of a graph; the caller disposes of the result.
   *
   * @param feeds cut the graph: what lies behind them is not computed
   * @throws KernelsError `unsupported-operation` for an operation without a rule in between, `runtime-missing`, `runtime-failed`
   */
  static async create(
    graph: Graph,
    feeds: readonly NodeId[],
    fetches: readonly NodeId[],
    options: SessionOptions = {},
  ): Promise<GraphSession> {
    const program = lowerGraph(graph, feeds, fetches);
    const { fetched } = program;
    const part = { nodes: program.once, outputs: [...new Set(fetched)] };
    const model = writeProgram(program, part, { chunk: 1, all: 1 });
    const session = await ProgramSession.create(model, options);
    return new GraphSession(
      session,
      program.given.map(({ value }) => value),
      fetched,
    );
  }

  /**
   * Returns the values of the fetches, `[inputs, ...shape]` each; an array may be that of another fetch.
   *
   * @param feeds values of the feeds, in their order, `[inputs, ...shape]`
   * @throws KernelsError `runtime-failed`, `out-of-memory`
   */
  async run(feeds: readonly Float32Array[], inputs: number): Promise<Float32Array[]> {
    const values = new Map<Tensor, Float32Array>();
    this.#fed.forEach((tensor, i) => {
      const data = feeds[i];
      if (tensor !== null && data) values.set(tensor, data);
    });
    const { values: found } = await this.#session.run(values, { inputs, first: 0, variants: 1 });
    return this.#fetched.map((tensor) => found.get(tensor) ?? new Float32Array());
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    this.#session.dispose();
  }
}
