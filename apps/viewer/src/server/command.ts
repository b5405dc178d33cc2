import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { buildSite, readSite, type SiteSizes } from './build.ts';
import { serve, type Server } from './serve.ts';

const FOLDER = fileURLToPath(new URL('../../dist/site', import.meta.url));
const DEFAULT_PORT = 8137;

/** The command `pnpm viewer`: builds the page, serves it on this machine alone, and prints its address. */
export async function runViewer(): Promise<void> {
  await new Command('pnpm viewer')
    .description(
      'Build the viewer and serve it on 127.0.0.1: a page that shows why a network decided as it did. Models and images stay on ' +
        'this machine.',
    )
    .option('--port <number>', `the port; by default ${DEFAULT_PORT}, or any that is free`, parsePort)
    .option('--json', 'print the address and the sizes as one line of JSON')
    .option(
      '--fetch-from <origins...>',
      'servers that links with ?model= and ?image= may fetch from, once the user of the page agrees, such as https://example.org; none by default',
      parseOrigin,
    )
    .option('--build', 'only build, into apps/viewer/dist/site')
    .action(async ({ port, json, build, fetchFrom }) => {
      const { sizes } = await buildSite(FOLDER);
      if (!json) console.log(sizesText(sizes));
      const server = build ? null : await start(port, fetchFrom ?? []);
      if (!server && !build) return;
      if (json) console.log(JSON.stringify({ url: server?.url ?? null, folder: FOLDER, bytes: sizes }));
      else console.log(server ? `The viewer is at ${server.url} (Ctrl-C ends it)` : `Built into ${FOLDER}`);
    })
    .parseAsync();
}

async function start(port: number | undefined, fetchFrom: readonly string[]): Promise<Server | null> {
  const files = await readSite(join(FOLDER));
  try {
    return await serve(files, port ?? DEFAULT_PORT, { fetchFrom });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (isTaken && port === undefined) return serve(files, 0, { fetchFrom });
    const reason = isTaken ? 'is in use' : `cannot be opened (${String(error)})`;
    console.error(
      `Port ${port ?? DEFAULT_PORT} ${reason}; choose another with --port, or 0 for any that is free.`,
    );
    process.exitCode = 1;
    return null;
  }
}

function sizesText({ code, start, weights, wasm }: SiteSizes): string {
  return (
    `Bundle: ${megabytes(code)} of scripts and styles, ${megabytes(start)} of them at start; besides, ${megabytes(weights)} of embedded weights and ` +
    `${megabytes(wasm)} of WASM binaries`
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function parseOrigin(text: string, earlier: readonly string[] = []): readonly string[] {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return [...earlier, url.origin];
  throw new InvalidArgumentError('A server is an address such as https://example.org, without a path.');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536 && text.trim() !== '') return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
