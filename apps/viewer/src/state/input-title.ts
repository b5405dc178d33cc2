import { builtInModels, sampleOf } from './state.ts';

/**
 * Returns how an input is called in print: `tissue:9`, which commands and links take, is "test sample 9" beside its network, and
 * "Tissue, test sample 9" elsewhere.
 *
 * @param network the name of the network that stands beside it
 */
export function inputTitle(name: string, network: string | null = null): string {
  const [, set, index] = /^(\w+):(\d+)$/.exec(name) ?? [];
  const own = Object.values(builtInModels).find(({ id }) => id === set);
  if (!own) return name;
  const title = sampleOf(own.id, Number(index)).name;
  return own.name === network ? title.slice(network.length + 2) : title;
}
