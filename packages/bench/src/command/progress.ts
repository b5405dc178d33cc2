import { SingleBar } from 'cli-progress';

export interface BenchProgress {
  readonly update: (done: number, total: number, what: string) => void;
  readonly stop: () => void;
}

/** A bar over the cases on standard error; without a terminal a line every few seconds. The caller stops it. */
export function startProgress(): BenchProgress {
  const bar = new SingleBar({
    format: 'bench {bar} {value}/{total} cases, {duration_formatted} | {what}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    barsize: 24,
  });
  bar.start(1, 0, { what: 'ceilings of the adapter' });
  return {
    update: (done, total, what) => {
      bar.setTotal(total);
      bar.update(done, { what });
    },
    stop: () => {
      bar.stop();
    },
  };
}
