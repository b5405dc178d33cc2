import { ModelError } from '../errors.ts';

/** The bytes behind a URL. @throws ModelError `not-found`. */
export async function fetchFile(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new ModelError('not-found', `Cannot fetch ${url}. Check the address and the connection.`, {
      cause,
    });
  }
  if (!response.ok) {
    throw new ModelError(
      'not-found',
      `Cannot fetch ${url}: the server answered ${response.status}. Check the address.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}
