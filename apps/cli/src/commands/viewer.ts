import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  addressOf,
  DEFAULT_PORT,
  FETCH_FROM_HELP,
  parseOrigin,
  parsePort,
  parseResult,
  RESULT_HELP,
  serveSite,
} from '@ablation-cam/viewer/serve';
import type { RegisterCommand } from '../command.ts';
import { CliError } from '../errors.ts';

/** `viewer`: the page, which comes along with the program. */
export const viewer: RegisterCommand = (program, { signal }) => {
  program
    .command('viewer')
    .description(
      'Serve the viewer on 127.0.0.1: a page that shows why a network decided as it did. Models and images stay on this machine.',
    )
    .option('--port <number>', `the port; by default ${DEFAULT_PORT}, or any that is free`, parsePort)
    .option('--fetch-from <origins...>', FETCH_FROM_HELP, parseOrigin)
    .option('--result <folder>', RESULT_HELP, parseResult)
    .action(async ({ port, fetchFrom, result }) => {
      // Beside the program, where it was built to be published.
      const folder = fileURLToPath(new URL('./site/', import.meta.url));
      await access(folder).catch((cause: unknown) => {
        throw new CliError(`There is no page in ${folder}; in a checkout run pnpm viewer.`, { cause });
      });
      const server = await serveSite(folder, port, { fetchFrom, result });
      if (!server) return;
      signal.addEventListener('abort', () => {
        server.close();
      });
      console.log(`The viewer is at ${addressOf(server, result)} (Ctrl-C ends it)`);
    });
};
