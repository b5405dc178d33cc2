import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchReport, planTail, type LaunchReport } from '@ablation-cam/kernels';
import { useBackend } from '@ablation-cam/model';
import { allCases } from '../src/cases/all-cases.ts';
import { openNetwork } from '../src/open-case/live-network.ts';

/** Turns of a thread after which it runs long whatever else there is to do, and where few workgroups hide nothing. */
const MOST_TURNS = 16_384;
const MOST_TURNS_OF_FEW = 2048;
/** Workgroups that fill most hardware, and that a dispatch of some work has at least. */
const MANY_WORKGROUPS = 256;
const LEAST_WORKGROUPS = 128;
const SOME_WORK = 1e6;
/** Of the threads of a core: so many hide what loads take, where each has several on the way. */
const LEAST_OCCUPANCY = 0.25;
/** Bytes that come back besides what is asked for. */
const READ_BACK_ROOM = 4096;
/** How far the estimate of a case may lie above what no layout saves. */
const MOST_OVER_BOUND = 3;

/** Targets several layers deep, which take long enough for launches to matter little. */
const DEEP = ['vgg7-conv2d_2', 'conv-tail', 'dense-tail', 'residual-block', 'separable-block'];

const test = suite("launches of the bench's cases on a desktop GPU");

function assertFills({ dispatches }: LaunchReport, name: string): void {
  for (const dispatch of dispatches) {
    const { workgroups, workgroupThreads, usefulThreads, turns, operations, occupancy } = dispatch;
    const what = `${name}: ${dispatch.name}, ${workgroups} workgroups, ${turns} turns, ${operations} operations`;
    assert.ok(turns <= MOST_TURNS, what);
    assert.ok(turns <= MOST_TURNS_OF_FEW || workgroups >= MANY_WORKGROUPS, what);
    assert.ok(operations <= SOME_WORK || workgroups >= LEAST_WORKGROUPS, what);
    assert.ok(occupancy >= LEAST_OCCUPANCY, `${what}: ${occupancy}`);
    assert.ok(usefulThreads > 0 && usefulThreads <= workgroups * workgroupThreads, what);
  }
}

test.before(async () => {
  await useBackend('wasm');
});

for (const benchCase of allCases) {
  test(benchCase.name, async () => {
    const { batch } = benchCase;
    const opened = await openNetwork(benchCase);
    const plan = planTail(opened.cut.tail);
    opened.dispose();
    const report = launchReport(plan, { adapter: 'desktop', inputs: batch });
    assertFills(report, benchCase.name);
    const positions = plan.positions.reduce((product, length) => product * length, 1);
    const asked = 4 * batch * (plan.classes + plan.channels + 2 * positions);
    assert.ok(report.readBackBytes <= asked + READ_BACK_ROOM, `${report.readBackBytes} bytes are read back`);
    assert.is(report.chunk.variants, plan.channels);
    assert.is(report.submissions, 1);
    assert.is(report.hostWaits, 1);
    const { ms, launchMs, bandwidthMs, arithmeticMs } = report.estimate;
    const bound = Math.max(launchMs, bandwidthMs, arithmeticMs);
    assert.ok(ms >= bound && ms <= MOST_OVER_BOUND * bound, `${ms} ms where ${bound} are the least`);
    if (!DEEP.includes(benchCase.name)) return;
    const work = Math.max(bandwidthMs, arithmeticMs);
    assert.ok(ms <= MOST_OVER_BOUND * work, `${ms} ms where what is computed and read takes ${work}`);
  });
}

test.run();
