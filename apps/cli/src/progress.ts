import cliProgress, { type Options } from 'cli-progress';

export interface Progress {
  /** @param note shown behind the bar, for instance the loss */
  update(done: number, note?: string): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  /** Shows nothing, for `--json`. */
  readonly silent?: boolean;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** A bar with the time left on standard error; without a terminal a line every few seconds. The caller stops it. */
export function startProgress({ label, total, silent = false }: ProgressOptions): Progress {
  if (silent) return SILENT;
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    formatTime,
  });
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note = '') => {
      bar.update(done, { note });
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** The library's own form, which takes no word: until something is done the time left is one, `INF`. */
function formatTime(seconds: number, options: Options, roundToMultipleOf: number): string {
  return Number.isFinite(seconds)
    ? cliProgress.Format.TimeFormat(seconds, options, roundToMultipleOf)
    : 'unknown time';
}

/**
 * Runs work with a bar of its own, which comes up with the first part that is done: what is quick, or fails before it has begun,
 * leaves no trace.
 *
 * @param work gets a function to be called with the share that is done, in (0, 1]
 */
export async function withProgress<T>(
  options: ProgressOptions,
  work: (onProgress: (share: number) => void) => Promise<T>,
): Promise<T> {
  let progress: Progress | undefined;
  try {
    return await work((share) => {
      if (share < 1) progress ??= startProgress(options);
      progress?.update(Math.round(options.total * share));
    });
  } finally {
    progress?.stop();
  }
}
