import { noCounts, record, type Counts } from './record.ts';

export interface TestFile {
  readonly name: string;
  readonly load: () => Promise<unknown>;
}

/** What a suite of uvu's queue returns when run: text about failures (or true), tests passed, skipped, defined. */
type Suite = () => Promise<[errors: string | true, ran: number, skipped: number, total: number]>;

const uvu = globalThis as { UVU_DEFER?: 1; UVU_INDEX?: number; UVU_QUEUE?: Suite[][] };

// Read by uvu when it is loaded: suites only line up and do not run by themselves.
uvu.UVU_DEFER = 1;

/**
 * Loads test files one after the other and runs their suites, in Node or a page. uvu's own `exec` is not used: it forgets
 * tests that did not run.
 */
export async function runFiles(files: readonly TestFile[], print: (line: string) => void): Promise<Counts> {
  uvu.UVU_QUEUE = files.map(() => []);
  const total = noCounts();
  for (const [index, file] of files.entries()) {
    print(file.name);
    const start = performance.now();
    uvu.UVU_INDEX = index;
    try {
      await file.load();
    } catch (error) {
      total.failed += 1;
      print(`  could not be loaded: ${describe(error)}`);
    }
    for (const suite of uvu.UVU_QUEUE[index] ?? []) addInto(total, await runSuite(suite, print));
    for (const { name, reason } of record.skipped.splice(0)) print(`  skipped: ${name} (${reason})`);
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= 1) print(`  ${seconds.toFixed(1)} s`);
  }
  total.gpu = { ...record.gpu };
  return total;
}

async function runSuite(suite: Suite, print: (line: string) => void): Promise<Counts> {
  const [errors, ran, skipped, defined] = await suite();
  if (typeof errors === 'string') print(errors);
  const hookErrors = record.hookErrors.splice(0);
  for (const { hook, suite: name, error } of hookErrors) {
    print(`  the ${hook} hook of "${name}" failed: ${describe(error)}`);
  }
  // A failing `after` comes when all tests have passed, so it must count by itself.
  const failed = defined - ran || (hookErrors.length > 0 ? 1 : 0);
  return { ...noCounts(), passed: ran, failed, skipped };
}

export function addInto(total: Counts, counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  total.gpu.run += counts.gpu.run;
  total.gpu.skipped += counts.gpu.skipped;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
