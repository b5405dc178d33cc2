import type { Explained } from '../protocol/descriptions.ts';
import type { ViewerState } from '../state/state.ts';
import { duration } from './format.ts';

/** What computes, in a few words; the reasons are in the title. */
export function Status({ state }: { state: ViewerState }) {
  const explained = state.explained?.result;
  if (!explained) return <p class="status">{state.input ? 'starting …' : 'waiting for an input'}</p>;
  const { executor, backend, timings } = explained.run;
  const reasons = [
    executor && `Ablation: ${executor.chosen}, ${executor.reason}.`,
    `Network: ${backend.chosen}, ${backend.reason}.`,
  ];
  return (
    <p class="status" title={reasons.filter(Boolean).join(' ')}>
      <span class={explained.hasWebGpu ? 'dot good' : 'dot'} aria-hidden="true" />
      {computedOn(explained)}, explained in {duration(timings.totalMs)}
    </p>
  );
}

function computedOn({ run, hasWebGpu }: Explained): string {
  const { adapter, executor, backend } = run;
  if (!hasWebGpu) return 'no WebGPU here, so the processor computes (a current Chrome or Edge has it)';
  if (executor?.chosen === 'webgpu' && adapter) {
    return `WebGPU on ${adapter.description || adapter.vendor}${adapter.software ? ' (software)' : ''}`;
  }
  const what = executor?.chosen === 'reference' ? 'the processor' : `TensorFlow.js on ${backend.chosen}`;
  return `${what}, the fastest here`;
}
