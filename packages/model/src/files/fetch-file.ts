import { ModelError } from '../errors.ts';
import { limits } from './limits.ts';
import { tooLong, type ByteLimit } from './byte-limit.ts';
import { joinBytes } from './join-bytes.ts';

/**
 * The bytes behind a URL. What is longer than `limit` is given up on the way.
 *
 * @throws ModelError `not-found`, `invalid-file` past the limit; the signal's reason
 */
export async function fetchFile(
  url: string,
  limit: ByteLimit = { bytes: limits.fileBytes },
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const shown = url.length > 200 ? `${url.slice(0, 200)}...` : url;
  const unreachable = (cause: unknown): Error => {
    if (signal?.aborted === true) return signal.reason as Error;
    return new ModelError('not-found', `Cannot fetch ${shown}. Check the address and the connection.`, {
      cause,
    });
  };
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw unreachable(cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new ModelError(
      'not-found',
      `Cannot fetch ${shown}: the server answered ${response.status}. Check the address.`,
    );
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read().catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (next?.value === undefined) break;
    length += next.value.byteLength;
    if (length > limit.bytes) {
      await reader?.cancel();
      throw tooLong(shown, limit);
    }
    parts.push(next.value);
  }
  return joinBytes(parts);
}
