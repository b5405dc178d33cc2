import { ModelError } from '../errors.ts';
import { readBy, type FileNode } from './node-file.ts';

/**
 * Returns the nodes that lead to the outputs, in topological order: that of the file where it is one.
 *
 * @param given names of the inputs and weights
 * @throws ModelError `invalid-file` where nodes wait for each other, a tensor is made twice or by nobody
 */
export function sortNodes<Node extends FileNode>(
  file: string,
  nodes: readonly Node[],
  given: readonly string[],
  outputs: readonly string[],
): Node[] {
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (makers.has(output)) throw invalid(file, `two nodes make the tensor "${output}"`);
      makers.set(output, index);
    }
  });
  const known = new Set(given);
  const state = new Array<'new' | 'open' | 'done'>(nodes.length).fill('new');
  const sorted: number[] = [];
  // A stack of its own: files may chain more nodes than calls can be nested.
  const stack: { readonly index: number; readonly isLast: boolean }[] = [];
  const ask = (name: string): void => {
    if (name === '' || known.has(name)) return;
    const index = makers.get(name);
    if (index === undefined) throw invalid(file, `nobody makes the tensor "${name}"`);
    if (state[index] === 'open')
      throw invalid(file, `the node "${nodes[index]?.name ?? ''}" waits for itself`);
    if (state[index] === 'new') stack.push({ index, isLast: false });
  };
  for (const output of outputs) {
    ask(output);
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { index, isLast } = next;
      const node = nodes[index];
      if (!node || state[index] === 'done') continue;
      if (isLast) {
        state[index] = 'done';
        sorted.push(index);
        continue;
      }
      if (state[index] === 'open') continue;
      state[index] = 'open';
      stack.push({ index, isLast: true });
      for (const input of readBy(node)) ask(input);
    }
  }
  const asInFile = sorted.toSorted((a, b) => a - b);
  const isSorted = asInFile.every((index) => {
    const node = nodes[index];
    return !node || readBy(node).every((name) => (makers.get(name) ?? -1) < index);
  });
  return (isSorted ? asInFile : sorted).flatMap((index) => nodes[index] ?? []);
}

function invalid(file: string, what: string): ModelError {
  return new ModelError('invalid-file', `${file} is no network in order: ${what}. Export it again.`);
}
