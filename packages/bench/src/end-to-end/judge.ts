import type { GuardReport } from '../guard.ts';
import { overheadShare } from '../report/end-to-end.ts';
import { formatPercent, formatRatio, formatTime } from '../report/format.ts';
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
    const { case: name, engine, ratios, promised, parts, forward } = result;
    const what = `Ablation-CAM of ${name} on ${engine}`;
    const atMost = (ratio: number, most: number | null, of: string): void => {
      if (most === null) return;
      const fact = `${what} takes ${formatRatio(ratio)} the time of ${of}; at most ${String(most)}x is promised.`;
      (ratio <= most * MARGIN.ratio ? facts : failures).push(fact);
    };
    atMost(ratios.byGradCam, promised.byGradCam, 'Grad-CAM');
    atMost(ratios.byForward, promised.byForward, 'a prediction');
    if (promised.gain !== null && ratios.gain !== null) {
      const fact = `${what} is ${formatRatio(ratios.gain)} as fast as a prediction on wasm; at least ${String(promised.gain)}x is promised.`;
      (ratios.gain >= promised.gain / MARGIN.ratio ? facts : failures).push(fact);
    }
    const most = OVERHEAD.ms + OVERHEAD.share * forward.medianMs;
    const fact = `Its overhead on ${name}, ${engine}, is ${formatTime(parts.overheadMs)} (${formatPercent(overheadShare(result))} of a forward pass)`;
    (parts.overheadMs <= most * MARGIN.overhead ? facts : failures).push(
      `${fact}; at most ${formatTime(most)} is promised.`,
    );
  }
  return { facts, failures };
}
