import { formatPercent, formatRatio, formatTime } from '../report/format.ts';
import { overheadShare } from '../report/end-to-end.ts';
import type { GuardReport } from '../guard.ts';
import type { EndToEndResult } from '../results/result.ts';

/** What an explanation may take beyond its passes, weights and maps: so much, and a share of a forward pass. */
const OVERHEAD = { ms: 1, share: 0.02 };

/** Other work on the machine moves a ratio of medians by so much; what is broken takes more. */
const MARGIN = { ratio: 1.1, overhead: 2 };

/** Holds the times of whole networks against what is promised of them, with a margin for a machine with other work. */
export function judgeEndToEnd(results: readonly EndToEndResult[]): GuardReport {
  const facts: string[] = [];
  const failures: string[] = results.length === 0 ? ['No network was measured.'] : [];
  for (const result of results) {
    const { case: name, backend, ratio, mostRatio, parts, forward } = result;
    if (mostRatio !== null) {
      const fact = `Ablation-CAM of ${name} on ${backend} takes ${formatRatio(ratio)} the time of Grad-CAM`;
      (ratio <= mostRatio * MARGIN.ratio ? facts : failures).push(
        `${fact}; at most ${mostRatio}x is promised.`,
      );
    }
    const most = OVERHEAD.ms + OVERHEAD.share * forward.medianMs;
    const fact = `Its overhead on ${name}, ${backend}, is ${formatTime(parts.overheadMs)} (${formatPercent(overheadShare(result))} of a forward pass)`;
    (parts.overheadMs <= most * MARGIN.overhead ? facts : failures).push(
      `${fact}; at most ${formatTime(most)} is promised.`,
    );
  }
  return { facts, failures };
}
