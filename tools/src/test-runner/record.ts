/** What one run of test files adds up to. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Tests on a GPU device, which are among the others as well. */
  gpu: { run: number; skipped: number };
}

export function noCounts(): Counts {
  return { passed: 0, failed: 0, skipped: 0, gpu: { run: 0, skipped: 0 } };
}

/** What the suites of the running file report besides uvu's own counts. */
export const record = {
  gpu: { run: 0, skipped: 0 },
  skipped: [] as { name: string; reason: string }[],
  hookErrors: [] as { hook: string; suite: string; error: unknown }[],
};
