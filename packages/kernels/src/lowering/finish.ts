import type { ProgramNode, Tensor } from './program.ts';

/** A node as it was asked for. */
export interface MadeNode extends Omit<ProgramNode, 'frees'> {
  /** Whether it differs from chunk to chunk of variants. */
  readonly perChunk: boolean;
}

interface FinishedNodes {
  readonly once: readonly ProgramNode[];
  readonly each: readonly ProgramNode[];
  /** Everything that a node or the output reads. */
  readonly read: ReadonlySet<Tensor>;
}

/**
 * Leaves nodes out that nobody reads, tells those that are done once from those of each chunk, and finds where each tensor is
 * read last.
 *
 * @param given what each run brings along
 */
export function finishedNodes(
  nodes: readonly MadeNode[],
  given: readonly Tensor[],
  outputs: readonly Tensor[],
): FinishedNodes {
  const read = new Set(outputs);
  const needed = nodes
    .toReversed()
    .filter(({ output, inputs }) => {
      if (!read.has(output)) return false;
      for (const input of inputs) read.add(input);
      return true;
    })
    .toReversed();
  const [once, each] = [false, true].map((perChunk) => needed.filter((node) => node.perChunk === perChunk));
  const keptForEach = new Set([...outputs, ...(each ?? []).flatMap(({ inputs }) => inputs)]);
  return {
    once: withLastReads(once ?? [], given, keptForEach),
    each: withLastReads(each ?? [], [], new Set(outputs)),
    read,
  };
}

/** @param kept what is read later than by these nodes */
function withLastReads(
  nodes: readonly MadeNode[],
  given: readonly Tensor[],
  kept: ReadonlySet<Tensor>,
): ProgramNode[] {
  const made = new Set([...given, ...nodes.map(({ output }) => output)]);
  const later = new Set(kept);
  return nodes
    .toReversed()
    .map(({ operation, inputs, output, layers }): ProgramNode => {
      const frees = [...new Set(inputs)].filter((input) => made.has(input) && !later.has(input));
      for (const input of inputs) later.add(input);
      return { operation, inputs, output, frees, layers };
    })
    .toReversed();
}
