import type { ExplanationRun } from '@ablation-cam/xai';
import { shownView } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import { duration } from './format.ts';

/** What computes, and how long the map on the stage took, in a few words; the reasons are in the title. */
export function Status({ state }: { state: ViewerState }) {
  const explained = state.explained?.result;
  if (!explained) return <p class="status">{state.input ? 'starting …' : 'waiting for an input'}</p>;
  const shown = shownView(state)?.attribution;
  const run = shown?.run ?? explained.run;
  const { executor, backend } = run;
  const reasons = [
    executor && `Ablation: ${executor.chosen}, ${executor.reason}.`,
    `Network: ${backend.chosen}, ${backend.reason}.`,
  ];
  return (
    <p class="status" title={reasons.filter(Boolean).join(' ')}>
      <span class={explained.hasWebGpu ? 'dot good' : 'dot'} aria-hidden="true" />
      {computedOn(run, explained.hasWebGpu)}
      {shown && `, explained in ${duration(shown.run.timings.totalMs)}`}
    </p>
  );
}

function computedOn({ adapter, executor, backend }: ExplanationRun, hasWebGpu: boolean): string {
  if (!hasWebGpu) return 'no WebGPU here, so the processor computes (a current Chrome or Edge has it)';
  if (executor?.chosen === 'webgpu' && adapter) {
    return `WebGPU on ${adapter.description || adapter.vendor}${adapter.software ? ' (software)' : ''}`;
  }
  const what = executor?.chosen === 'reference' ? 'the processor' : `TensorFlow.js on ${backend.chosen}`;
  return `${what}, the fastest here`;
}
