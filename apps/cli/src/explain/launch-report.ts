import Table from 'cli-table3';
import type { LaunchReport } from '@ablation-cam/kernels';
import { print } from '../print.ts';
import { bytesText, counted, quantity } from './quantity.ts';

/** Prints what a run launches on a described adapter, and how long that is estimated to take. */
export function printLaunches(report: LaunchReport): void {
  const { adapter, layout, dispatches, dispatchCount, submissions, hostWaits, estimate } = report;
  print(
    `\n${adapter.title} (${adapter.name}, ${String(adapter.cores)} cores, ${quantity(adapter.gigaflops * 1e9)}FLOP/s, ` +
      `${quantity(adapter.gigabytesPerSecond * 1e9)}B/s), layout ${layout}: ` +
      `${counted(dispatchCount, 'dispatch', 'dispatches')} in ${counted(submissions, 'submission', 'submissions')}, ` +
      `the host waits ${counted(hostWaits, 'time', 'times')}`,
  );
  const table = new Table({
    head: [
      'kernel',
      'times',
      'workgroups',
      'threads',
      'busy',
      'turns',
      'FLOP',
      'read',
      'asked',
      'written',
      'barriers',
      'registers',
      'occupancy',
      'estimate',
      'bound',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array.from({ length: 13 }, () => 'right' as const), 'left'],
  });
  for (const dispatch of dispatches) {
    const threads = dispatch.workgroups * dispatch.workgroupThreads;
    table.push([
      dispatch.name,
      dispatch.times,
      dispatch.workgroups,
      threads,
      `${(100 * Math.min(1, dispatch.usefulThreads / threads)).toFixed()} %`,
      dispatch.turns,
      quantity(dispatch.operations),
      bytesText(dispatch.readBytes),
      `${dispatch.reuse.toPrecision(2)}x`,
      bytesText(dispatch.writtenBytes),
      dispatch.barriers,
      dispatch.registers,
      `${(100 * dispatch.occupancy).toFixed()} %`,
      time(dispatch.estimate.ms),
      dispatch.estimate.bound,
    ]);
  }
  print(table.toString());
  print(
    `estimate        ${time(estimate.ms)}; at least ${time(estimate.launchMs)} for launches and the way back, ` +
      `${time(estimate.bandwidthMs)} for moving everything once, ${time(estimate.arithmeticMs)} for the arithmetic\n` +
      `read back       ${bytesText(report.readBackBytes)}; weights ${bytesText(report.weightBytes)}, ` +
      `given with the run ${bytesText(report.givenBytes)}`,
  );
}

/** Milliseconds in three digits. */
function time(ms: number): string {
  return ms < 1 ? `${(1000 * ms).toPrecision(3)} us` : `${ms.toPrecision(3)} ms`;
}
