import type { BenchRun } from './results/result.ts';
import { runBench, type BenchRequest } from './run-bench.ts';

const controller = new AbortController();

/** Ends the rounds; `run` then gives what was measured. */
export function abort(): void {
  controller.abort();
}

/** Runs the bench in a page. @param report called with the number of cases done, of all, and what is being done */
export function run(
  request: BenchRequest,
  report: (done: number, total: number, what: string) => Promise<void>,
): Promise<BenchRun> {
  return runBench(request, {
    signal: controller.signal,
    onStep: (done, total, what) => {
      void report(done, total, what);
    },
  });
}
