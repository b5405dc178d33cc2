import type { LayerDescription } from '../protocol/descriptions.ts';

/** Layers that belong together: a piece of the network that is entered and left in one place. */
export interface LayerBlock {
  readonly name: string;
  /** In the order of computation. */
  readonly layers: readonly LayerDescription[];
  /** What is computed side by side, then what follows; empty where one layer follows the other. */
  readonly branches: readonly (readonly LayerDescription[])[];
  /** Whether the block's input is also passed on as it is, beside the branches. */
  readonly hasSkip: boolean;
  /** What joins the branches, and what follows it. */
  readonly rest: readonly LayerDescription[];
}

/** Layers that begin something new in a chain; what follows them - normalizations, activations, pooling - belongs to them. */
const BEGINS = /conv|dense|linear|gemm|matmul|embedding|attention/i;

/**
 * Returns a network's layers in blocks, from input to output. Branches are real: a block lasts from one layer that everything passes
 * through to the next. In a chain, layers of one name ("block3_conv1", "block3_pool") or behind one convolution are a block.
 *
 * @param layers in the order of computation
 */
export function blocksOf(layers: readonly LayerDescription[]): readonly LayerBlock[] {
  const blocks: LayerBlock[] = [];
  let entry: LayerDescription | undefined;
  for (const section of sectionsOf(layers)) {
    const last = blocks.at(-1);
    const [first] = section;
    if (section.length === 1 && first && last && continues(last, first)) {
      const joined = { ...last, layers: [...last.layers, first], rest: [...last.rest, first] };
      blocks.splice(-1, 1, { ...joined, name: blockName(joined) });
    } else blocks.push(blockOf(section, entry));
    entry = section.at(-1);
  }
  return blocks;
}

/** @param entry what leads into the section */
function blockOf(section: readonly LayerDescription[], entry: LayerDescription | undefined): LayerBlock {
  const join = section.at(-1);
  const branches = connected(section.slice(0, -1));
  const block = {
    layers: section,
    branches,
    hasSkip: branches.length > 0 && entry !== undefined && join?.inputs.includes(entry.name) === true,
    rest: section.slice(-1),
  };
  return { ...block, name: blockName(block) };
}

/** Cuts the network behind each layer that everything before it leads through: no connection passes it by. */
function sectionsOf(layers: readonly LayerDescription[]): LayerDescription[][] {
  const places = new Map(layers.map(({ name }, place) => [name, place]));
  /** How far the outputs of each layer are carried. */
  const reach = layers.map((_, place) => place);
  layers.forEach(({ inputs }, place) => {
    for (const name of inputs) {
      const from = places.get(name);
      if (from !== undefined) reach[from] = Math.max(reach[from] ?? from, place);
    }
  });
  const sections: LayerDescription[][] = [[]];
  let farthest = 0;
  layers.forEach((layer, place) => {
    sections.at(-1)?.push(layer);
    if (farthest <= place) sections.push([]);
    farthest = Math.max(farthest, reach[place] ?? place);
  });
  return sections.filter(({ length }) => length > 0);
}

/** Whether a layer of a chain belongs to the block before it. */
function continues({ layers, branches }: LayerBlock, { name, type }: LayerDescription): boolean {
  const prefix = prefixOf(name);
  const stems = layers.map((layer) => prefixOf(layer.name));
  if (prefix === null) return !BEGINS.test(type) && (branches.length > 0 || stems.includes(null));
  return (
    layers.some((layer) => layer.name === prefix) ||
    stems.some((stem) => stem !== null && (isWithin(prefix, stem) || isWithin(stem, prefix)))
  );
}

/** Whether one prefix is the other, or the other with more behind it: `block_1_expand` is within `block_1`. */
function isWithin(prefix: string, stem: string): boolean {
  return prefix === stem || (prefix.startsWith(stem) && /[_/.-]/.test(prefix.charAt(stem.length)));
}

/** `block3` of `block3_conv1`, `stage2/unit4` of `stage2/unit4/add`; null where nothing in front counts blocks, as in `conv2d_7`. */
function prefixOf(name: string): string | null {
  const prefix = /^(.+)[_/.-][^_/.-]+$/.exec(name)?.[1] ?? '';
  return countsBlocks(prefix) ? prefix : null;
}

function countsBlocks(prefix: string): boolean {
  return /\d/.test(prefix.replace(/[123]d/gi, ''));
}

/** The groups of layers that are connected with one another, each in the order of computation. */
function connected(layers: readonly LayerDescription[]): readonly (readonly LayerDescription[])[] {
  const groups: LayerDescription[][] = [];
  for (const layer of layers) {
    const linked = groups.filter((group) =>
      group.some(({ name, inputs }) => layer.inputs.includes(name) || inputs.includes(layer.name)),
    );
    const [first, ...others] = linked;
    if (!first) {
      groups.push([layer]);
      continue;
    }
    for (const other of others) {
      first.push(...other);
      groups.splice(groups.indexOf(other), 1);
    }
    first.push(layer);
  }
  const places = new Map(layers.map((layer, place) => [layer, place]));
  return groups.map((group) => group.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)));
}

/** What the layers have in common in front of their names, or the layer that joins them, or the first. */
function blockName({ layers, branches, rest }: Omit<LayerBlock, 'name'>): string {
  const [first = '', ...others] = layers.map(({ name }) => name);
  let common = first;
  for (const name of others)
    while (!isWithin(name, common) && common !== '') common = common.replace(/[_/.-]?[^_/.-]*$/, '');
  if (others.length > 0 && countsBlocks(common)) return common;
  return (branches.length > 0 ? rest : layers)[0]?.name ?? '';
}

/** Returns the layers whose names or types hold the words, in any order, whatever their case. */
export function foundLayers(layers: readonly LayerDescription[], words: string): readonly LayerDescription[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter(({ name, type }) => {
    const text = `${name} ${type}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
