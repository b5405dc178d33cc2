import type { Graph, NodeId } from '@ablation-cam/kernels';
import type { NativeNetwork, PartSession } from './part-session.ts';

/** Parts of networks that stay prepared: a network at two layers, from the input and from there on, for two networks. */
const MOST_SESSIONS = 8;

interface Kept {
  readonly graph: WeakRef<Graph>;
  readonly part: string;
  readonly session: Promise<PartSession>;
  /** Runs under way. */
  uses: number;
  isDropped: boolean;
}

/** The last used comes last. */
const kept = new Set<Kept>();

/** Native memory is not counted by the garbage collector: what belongs to a forgotten network is freed by name. */
const forgotten = new FinalizationRegistry<Kept>(drop);

/**
 * Returns the values of nodes of a network, `[inputs, ...shape]` each, computed by ONNX Runtime on the CPU. What it needs for
 * these feeds and fetches is prepared the first time and kept for a while; `releaseSessions` frees it at once.
 *
 * @param feeds the values of nodes that cut the network, `[inputs, ...shape]` each
 * @throws KernelsError `runtime-missing`, `runtime-failed`, `out-of-memory`; `unsupported-operation` for a part with an
 *   operation that has no rule
 */
export async function computeGraph(
  network: NativeNetwork,
  feeds: ReadonlyMap<NodeId, Float32Array>,
  fetches: readonly NodeId[],
  inputs: number,
): Promise<Float32Array[]> {
  if (fetches.length === 0) return [];
  const nodes = sorted([...feeds.keys()]);
  const wanted = sorted(fetches);
  const own = open(network, nodes, wanted);
  own.uses++;
  try {
    const session = await own.session;
    const found = await session.run(
      nodes.map((node) => feeds.get(node) ?? new Float32Array()),
      inputs,
    );
    return fetches.map((node) => found[wanted.indexOf(node)] ?? new Float32Array());
  } finally {
    own.uses--;
    if (own.isDropped) release(own);
  }
}

/** Prepares what `computeGraph` needs for these feeds and fetches. @throws as that */
export async function prepareGraph(
  network: NativeNetwork,
  feeds: readonly NodeId[],
  fetches: readonly NodeId[],
): Promise<void> {
  await open(network, sorted(feeds), sorted(fetches)).session;
}

/** Frees what ONNX Runtime has prepared; a run under way ends first. */
export function releaseSessions(): void {
  for (const own of [...kept]) drop(own);
}

/** Each once, in one order: methods that ask for the same in other orders share a session. */
function sorted(nodes: readonly NodeId[]): NodeId[] {
  return [...new Set(nodes)].sort((a, b) => a - b);
}

function open(network: NativeNetwork, feeds: readonly NodeId[], fetches: readonly NodeId[]): Kept {
  const { graph } = network;
  const part = `${feeds.join()} ${fetches.join()}`;
  const known = [...kept].find((own) => own.graph.deref() === graph && own.part === part);
  if (known) {
    kept.delete(known);
    kept.add(known);
    return known;
  }
  const session = openPart(network, feeds, fetches);
  const own: Kept = { graph: new WeakRef(graph), part, session, uses: 0, isDropped: false };
  kept.add(own);
  forgotten.register(graph, own);
  // What could not be prepared is tried again.
  session.catch(() => kept.delete(own));
  for (const old of [...kept].slice(0, -MOST_SESSIONS)) drop(old);
  return own;
}

/** What opens sessions is fetched with the first: where ONNX Runtime is not, nobody needs it. */
async function openPart(...part: Parameters<typeof PartSession.create>): Promise<PartSession> {
  const { PartSession: Session } = await import('./part-session.ts');
  return Session.create(...part);
}

function drop(own: Kept): void {
  kept.delete(own);
  own.isDropped = true;
  if (own.uses === 0) release(own);
}

function release({ session }: Kept): void {
  session.then(
    (made) => {
      made.dispose();
    },
    () => {
      // Nothing was made.
    },
  );
}
