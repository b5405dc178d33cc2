import type { ViewerState } from '../state/state.ts';
import { duration } from './format.ts';

/** What computes, in a few words; the reasons are in the title. */
export function Status({ state }: { state: ViewerState }) {
  const run = state.explained?.result.run;
  if (!run) return <p class="status">{state.input ? 'starting …' : 'waiting for an input'}</p>;
  const { adapter, executor, backend, timings } = run;
  const reasons = [
    executor && `Ablation: ${executor.chosen}, ${executor.reason}.`,
    `Network: ${backend.chosen}, ${backend.reason}.`,
  ];
  const what = adapter
    ? `WebGPU on ${adapter.description || adapter.vendor}${adapter.software ? ' (software)' : ''}`
    : 'no WebGPU: computing on the processor';
  return (
    <p class="status" title={reasons.filter(Boolean).join(' ')}>
      <span class={adapter ? 'dot good' : 'dot'} aria-hidden="true" />
      {what}, explained in {duration(timings.totalMs)}
    </p>
  );
}
