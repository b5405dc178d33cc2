import { parseArgs } from 'node:util';
import { useBackend } from '../../src/index.ts';
import { fuzzFiles } from '../support/fuzz-files.ts';

const HELP = `pnpm --dir packages/model test:fuzz -- [--mutations N] [--from SEED] [--only NAME]

Damages every kind of file that this package reads, and reads it: more of them than every test run can afford.
  --mutations N  of each file, one a seed (500)
  --from SEED    the first seed (1)
  --only NAME    only kinds of files with this in their name`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    mutations: { type: 'string' },
    from: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else await run(Number(values.mutations ?? 500), Number(values.from ?? 1));

async function run(mutations: number, from: number): Promise<void> {
  await useBackend('cpu');
  const { read, refused, faults, slowestMs } = await fuzzFiles(mutations, from, {
    only: values.only ?? '',
    onDone: (name) => {
      console.log(`${name}: done`);
    },
  });
  for (const fault of faults.slice(0, 20)) console.error(fault);
  console.log(
    `${read + refused + faults.length} files: ${read} read, ${refused} refused, ${faults.length} faults; the slowest took ${slowestMs.toFixed(0)} ms`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
