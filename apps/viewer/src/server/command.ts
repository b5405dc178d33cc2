import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { buildSite, type SiteSizes } from './build.ts';
import {
  addressOf,
  DEFAULT_PORT,
  FETCH_FROM_HELP,
  parseOrigin,
  parsePort,
  parseResult,
  RESULT_HELP,
  serveSite,
} from './serve-site.ts';

const FOLDER = fileURLToPath(new URL('../../dist/site', import.meta.url));

/** The command `pnpm viewer`: builds the page, serves it on this machine alone, and prints its address. */
export async function runViewer(): Promise<void> {
  await new Command('pnpm viewer')
    .description(
      'Build the viewer and serve it on 127.0.0.1: a page that shows why a network decided as it did. Models and images stay on ' +
        'this machine.',
    )
    .option('--port <number>', `the port; by default ${DEFAULT_PORT}, or any that is free`, parsePort)
    .option('--json', 'print the address and the sizes as one line of JSON')
    .option('--fetch-from <origins...>', FETCH_FROM_HELP, parseOrigin)
    .option('--result <folder>', RESULT_HELP, parseResult)
    .option('--build', 'only build, into apps/viewer/dist/site')
    .action(async ({ port, json, build, fetchFrom, result }) => {
      const { sizes } = await buildSite(FOLDER);
      if (!json) console.log(sizesText(sizes));
      const server = build ? null : await serveSite(FOLDER, port, { fetchFrom, result });
      if (!server && !build) return;
      const address = server && addressOf(server, result);
      if (json) console.log(JSON.stringify({ url: address, folder: FOLDER, bytes: sizes }));
      else console.log(address ? `The viewer is at ${address} (Ctrl-C ends it)` : `Built into ${FOLDER}`);
    })
    .parseAsync();
}

function sizesText({ code, start, weights, wasm, transfer }: SiteSizes): string {
  return (
    `Bundle: ${megabytes(code)} of scripts and styles, ${megabytes(start)} of them at start; besides, ${megabytes(weights)} of embedded weights and ` +
    `${megabytes(wasm)} of WASM binaries. The first visit fetches ${megabytes(transfer)}, compressed.`
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
