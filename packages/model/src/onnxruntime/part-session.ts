import { nodesBetween, type Graph, type NodeId } from '@ablation-cam/kernels';
import { GraphSession } from '@ablation-cam/kernels/sessions';
import type { OwnOperation, SizedNetwork } from '../network/network.ts';

/** What ONNX Runtime runs: the graph, and operations for which it has no rule. */
export type NativeNetwork = Pick<SizedNetwork, 'graph' | 'ownOperations'>;

/** Something that is prepared: it takes values of some nodes and gives those of others. */
interface Stage {
  readonly reads: readonly NodeId[];
  readonly gives: readonly NodeId[];
  readonly session: {
    run(values: readonly Float32Array[], inputs: number): Promise<Float32Array[]>;
    dispose(): void;
  };
}

/** A part of a network that ONNX Runtime has prepared: stretches of its graph, and between them operations of its own. */
export class PartSession {
  readonly #feeds: readonly NodeId[];
  readonly #fetches: readonly NodeId[];
  readonly #stages: readonly Stage[];

  private constructor(feeds: readonly NodeId[], fetches: readonly NodeId[], stages: readonly Stage[]) {
    this.#feeds = feeds;
    this.#fetches = fetches;
    this.#stages = stages;
  }

  /**
   * Prepares a part of a network; the caller disposes of the result.
   *
   * @param feeds cut the graph: what lies behind them is not computed
   * @throws KernelsError `unsupported-operation` for an operation that nobody can run, `runtime-missing`, `runtime-failed`
   */
  static async create(
    network: NativeNetwork,
    feeds: readonly NodeId[],
    fetches: readonly NodeId[],
  ): Promise<PartSession> {
    const stages: Stage[] = [];
    try {
      for (const step of stepsBetween(network, feeds, fetches)) stages.push(await prepared(network, step));
    } catch (error) {
      for (const { session } of stages) session.dispose();
      throw error;
    }
    return new PartSession(feeds, fetches, stages);
  }

  /**
   * Returns the values of the fetches, `[inputs, ...shape]` each; an array may be that of another fetch.
   *
   * @param feeds values of the feeds, in their order, `[inputs, ...shape]`
   * @throws KernelsError `runtime-failed`, `out-of-memory`
   */
  async run(feeds: readonly Float32Array[], inputs: number): Promise<Float32Array[]> {
    const values = new Map(this.#feeds.map((node, i) => [node, feeds[i] ?? new Float32Array()]));
    const valueOf = (node: NodeId): Float32Array => {
      const value = values.get(node);
      if (!value) throw new RangeError(`Node ${String(node)} is read before it is computed.`);
      return value;
    };
    for (const { reads, gives, session } of this.#stages) {
      const found = await session.run(reads.map(valueOf), inputs);
      gives.forEach((node, i) => values.set(node, found[i] ?? new Float32Array()));
    }
    return this.#fetches.map(valueOf);
  }

  /** Frees the weights; may be called twice. */
  dispose(): void {
    for (const { session } of this.#stages) session.dispose();
  }
}

type Step =
  | { readonly kind: 'graph'; readonly feeds: readonly NodeId[]; readonly fetches: readonly NodeId[] }
  | { readonly kind: 'own'; readonly node: NodeId };

async function prepared({ graph, ownOperations }: NativeNetwork, step: Step): Promise<Stage> {
  if (step.kind === 'graph') {
    const session = await GraphSession.create(graph, step.feeds, step.fetches);
    return { reads: step.feeds, gives: step.fetches, session };
  }
  if (!ownOperations) throw new RangeError('The network has no operations of its own.');
  const session: OwnOperation = await ownOperations.prepare(step.node);
  return {
    reads: graph.nodes[step.node]?.inputs ?? [],
    gives: ownOperations.resultsWith(step.node),
    session,
  };
}

/**
 * What has to be run, in order. Nodes that need as many own operations before them are one stretch of the graph, and give what
 * later ones read.
 */
function stepsBetween(
  { graph, ownOperations }: NativeNetwork,
  feeds: readonly NodeId[],
  fetches: readonly NodeId[],
): Step[] {
  const between = nodesBetween(graph, feeds, fetches);
  const own = new Set(
    ownOperations ? between.filter((id) => graph.nodes[id]?.operation.kind === 'opaque') : [],
  );
  if (own.size === 0) return [{ kind: 'graph', feeds, fetches }];
  const depths = depthsOf(graph, between, own);
  const depthOf = (id: NodeId): number => depths.get(id) ?? 0;
  const wanted = new Set(fetches);
  const deepest = Math.max(...depths.values());
  const known = [...feeds];
  const steps: Step[] = [];
  for (let depth = 0; depth <= deepest; depth++) {
    for (const [node, gives] of operationsAt(depth, own, depthOf, ownOperations)) {
      steps.push({ kind: 'own', node });
      known.push(...gives);
    }
    const given = between.filter(
      (id) =>
        depthOf(id) === depth &&
        !own.has(id) &&
        (wanted.has(id) ||
          between.some((reader) => {
            const isLater = own.has(reader) || depthOf(reader) > depth;
            return isLater && graph.nodes[reader]?.inputs.includes(id) === true;
          })),
    );
    if (given.length === 0) continue;
    steps.push({ kind: 'graph', feeds: [...known], fetches: given });
    known.push(...given);
  }
  return steps;
}

/** How many own operations lie one behind the other up to a node, itself included. */
function depthsOf(
  { nodes }: Graph,
  between: readonly NodeId[],
  own: ReadonlySet<NodeId>,
): Map<NodeId, number> {
  const depths = new Map<NodeId, number>();
  for (const id of between) {
    const before = Math.max(0, ...(nodes[id]?.inputs ?? []).map((input) => depths.get(input) ?? 0));
    depths.set(id, before + Number(own.has(id)));
  }
  return depths;
}

/** The own operations of a depth, each once, with all that it yields. */
function operationsAt(
  depth: number,
  own: ReadonlySet<NodeId>,
  depthOf: (id: NodeId) => number,
  operations: SizedNetwork['ownOperations'],
): Map<NodeId, readonly NodeId[]> {
  const found = new Map<NodeId, readonly NodeId[]>();
  for (const id of own) {
    if (depthOf(id) !== depth) continue;
    const all = operations?.resultsWith(id) ?? [id];
    found.set(all[0] ?? id, all);
  }
  return found;
}
