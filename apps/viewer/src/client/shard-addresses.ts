/** As `limits.weightFiles` of the package that loads them, which is the worker's. */
const MOST_SHARDS = 10_000;

/**
 * Returns the addresses of the shards that a `model.json` names; none where it is something else, which is said when it is opened.
 *
 * @param text what is in it
 * @param url where it lies: shards lie in the same directory, or below
 * @throws Error with a sentence for people, where it names anything else
 */
export function shardAddresses(name: string, text: string, url: URL): readonly URL[] {
  const paths = pathsIn(text);
  if (paths.length > MOST_SHARDS)
    throw new Error(`${name} names ${paths.length} files of weights, more than are fetched.`);
  const directory = url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1);
  return paths.map((path) => {
    const shard = URL.parse(path, url);
    if (shard?.origin === url.origin && shard.pathname.startsWith(directory)) return shard;
    const where = shard && shard.origin !== url.origin ? `on another server, ${shard.origin}` : 'elsewhere';
    throw new Error(
      `${name} names weights ${where}; they are fetched from where it lies itself, and below, only.`,
    );
  });
}

function pathsIn(text: string): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return [];
  }
  if (typeof content !== 'object' || content === null || !('weightsManifest' in content)) return [];
  const { weightsManifest } = content;
  if (!Array.isArray(weightsManifest)) return [];
  return weightsManifest.flatMap((group: unknown) => {
    const paths = typeof group === 'object' && group !== null && 'paths' in group ? group.paths : [];
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  });
}
