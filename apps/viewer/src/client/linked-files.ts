import { shardAddresses } from './shard-addresses.ts';

/** Files that the address of the page names. */
export interface LinkedFiles {
  readonly model: URL | null;
  readonly image: URL | null;
}

/** Returns what `?model=URL&image=URL` names, relative to the page; null where it names nothing. */
export function linkedFiles(search: string, base: string): LinkedFiles | null {
  const named = new URLSearchParams(search);
  const url = (name: string): URL | null => {
    const text = named.get(name);
    const found = text === null ? null : URL.parse(text, base);
    return found && /^https?:$/.test(found.protocol) ? found : null;
  };
  const [model, image] = [url('model'), url('image')];
  return model || image ? { model, image } : null;
}

/** The servers that files lie on, but for the page's own. */
export function elsewhere({ model, image }: LinkedFiles): readonly string[] {
  const origins = [model, image].flatMap((url) => (url && url.origin !== location.origin ? url.origin : []));
  return [...new Set(origins)];
}

/** @param bytes received so far @param total where the server says it */
export type OnFetched = (name: string, bytes: number, total: number | null) => void;

/**
 * Fetches files; of a TensorFlow.js model the shards that it names as well, from the same server alone.
 *
 * @throws Error with a sentence for people; the signal's reason
 */
export async function fetchLinked(
  { model, image }: LinkedFiles,
  signal: AbortSignal,
  onFetched: OnFetched,
): Promise<readonly File[]> {
  const files: File[] = [];
  if (model) {
    const main = await fetchFile(model, signal, onFetched);
    files.push(main);
    if (/\.json$/i.test(main.name))
      for (const shard of shardAddresses(main.name, await main.text(), model))
        files.push(await fetchFile(shard, signal, onFetched));
  }
  if (image) files.push(await fetchFile(image, signal, onFetched));
  return files;
}

async function fetchFile(url: URL, signal: AbortSignal, onFetched: OnFetched): Promise<File> {
  const name = nameOf(url);
  const policy = { isForbidden: false };
  const note = ({ blockedURI }: SecurityPolicyViolationEvent): void => {
    policy.isForbidden ||= blockedURI.startsWith(url.origin);
  };
  document.addEventListener('securitypolicyviolation', note);
  try {
    const response = await fetch(url, { signal, credentials: 'omit' });
    if (!response.ok)
      throw new Error(`${url.href} cannot be fetched: its server answers ${response.status}.`);
    const bytes = await received(response, (count, total) => {
      onFetched(name, count, total);
    });
    return new File([bytes], name, { lastModified: 0 });
  } catch (cause) {
    if (signal.aborted || !(cause instanceof TypeError)) throw cause;
    // The event comes in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    throw new Error(policy.isForbidden ? FORBIDDEN(url) : UNREACHABLE(url), { cause });
  } finally {
    document.removeEventListener('securitypolicyviolation', note);
  }
}

/** The last part of an address, as a file would be called. */
export function nameOf(url: URL): string {
  const last = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || url.hostname;
  } catch {
    // Percent signs that stand for nothing are a part of the name.
    return last;
  }
}

const FORBIDDEN = (url: URL): string =>
  `The server of this page lets it fetch nothing from ${url.origin}. Start it with --fetch-from ${url.origin}, or drop the file here.`;
const UNREACHABLE = (url: URL): string =>
  `${url.href} cannot be fetched: its server does not answer, or does not let other pages read it (CORS). Download it and drop it here.`;

async function received(
  response: Response,
  onReceived: (bytes: number, total: number | null) => void,
): Promise<Blob> {
  const total = Number(response.headers.get('content-length') ?? NaN);
  let bytes = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.length;
        // A packed body is larger than what is on the way.
        onReceived(bytes, total >= bytes ? total : null);
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted ?? null).blob();
}
