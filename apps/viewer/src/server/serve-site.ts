import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { readSite } from './read-site.ts';
import { serve, type ServeOptions, type Server } from './serve.ts';

export const DEFAULT_PORT = 8137;

export const FETCH_FROM_HELP =
  'servers that links with ?model= and ?image= may fetch from, once the user of the page agrees, such as https://example.org; none by default';

export const RESULT_HELP =
  'a result of explain-set in a folder (Zarr format 3), which the page opens as a gallery';

/** A folder of a command line that holds a result. @throws InvalidArgumentError */
export function parseResult(folder: string): string {
  if (existsSync(join(folder, 'zarr.json'))) return folder;
  throw new InvalidArgumentError(
    'A result is the folder that explain-set --out named; it has a file zarr.json.',
  );
}

/** Returns the address of the page, which opens the result that is served beside it, where there is one. */
export function addressOf({ url }: Server, result: string | undefined): string {
  return result === undefined ? url : `${url}?result=result/`;
}

/**
 * Serves a built page on this machine alone.
 *
 * @param port by default `DEFAULT_PORT`, or any that is free
 * @returns null where the port cannot be opened, which is said on standard error
 */
export async function serveSite(
  folder: string,
  port: number | undefined,
  options: ServeOptions = {},
): Promise<Server | null> {
  const files = await readSite(folder);
  try {
    return await serve(files, port ?? DEFAULT_PORT, options);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (isTaken && port === undefined) return serve(files, 0, options);
    const reason = isTaken ? 'is in use' : `cannot be opened (${String(error)})`;
    console.error(
      `Port ${port ?? DEFAULT_PORT} ${reason}; choose another with --port, or 0 for any that is free.`,
    );
    process.exitCode = 1;
    return null;
  }
}

/** A port of a command line. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536 && text.trim() !== '') return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

/** Servers of a command line, one after the other. @throws InvalidArgumentError */
export function parseOrigin(text: string, earlier: readonly string[] = []): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return [...earlier, url.origin];
  throw new InvalidArgumentError('A server is an address such as https://example.org, without a path.');
}
