import { readFile } from 'node:fs/promises';
import { writeFileWhole } from '../src/index.ts';
import { OPERATIONS_PAGE, operationsPage } from './operations-page.ts';

// `pnpm docs:operations`
const wanted = await operationsPage();
const isCurrent = (await readFile(OPERATIONS_PAGE, 'utf8').catch(() => '')) === wanted;
if (!isCurrent) await writeFileWhole(OPERATIONS_PAGE, wanted);
process.stdout.write(`${isCurrent ? 'up to date' : 'written'}: ${OPERATIONS_PAGE}\n`);
