import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSite } from '../../../src/server/build.ts';
import { readSite } from '../../../src/server/read-site.ts';
import { serve } from '../../../src/server/serve.ts';
import { fuzzServer } from './fuzz-server.ts';

const HELP = `pnpm --dir apps/viewer test:fuzz -- [--requests N] [--from SEED]

Sends the viewer's server raw requests that are nearly right, more of them than every test run can afford.
  --requests N  how many, one a seed (100000)
  --from SEED   the first seed (1)`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { requests: { type: 'string' }, from: { type: 'string' }, help: { type: 'boolean' } },
});

if (values.help) console.log(HELP);
else await run(Number(values.requests ?? 100_000), Number(values.from ?? 1));

async function run(requests: number, from: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ablation-cam-fuzz-'));
  await buildSite(folder);
  const server = await serve(await readSite(folder), 0);
  try {
    const port = Number(new URL(server.url).port);
    const { answered, dropped, stuck } = await fuzzServer(port, requests, from, (done) => {
      if (done % 10_000 === 0) console.log(`${done} of ${requests}`);
    });
    const { status } = await fetch(server.url);
    console.log(
      `${requests} requests: ${answered} answered, ${dropped} dropped, ${stuck.length} stuck${stuck.length > 0 ? ` (${stuck.join(', ')})` : ''}; ` +
        `the page afterwards: ${status}`,
    );
    process.exitCode = stuck.length === 0 && status === 200 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
    server.close();
  }
}
