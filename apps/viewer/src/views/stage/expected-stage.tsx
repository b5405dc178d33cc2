import { expectedInput } from '../../state/expected-input.ts';
import type { ViewerState } from '../../state/state.ts';
import { useNarrow } from '../use-media.ts';
import { WHOLE } from './zoom.ts';
import { ZoomButtons } from './zoom-buttons.tsx';

/** As much room as the input takes with what is said of it, so that nothing jumps when it is there. */
export function ExpectedStage({ state }: { state: ViewerState }) {
  const isNarrow = useNarrow();
  const expected = expectedInput(state);
  if (!expected) return <div class="stage" />;
  const arrangement = state.display.arrangement ?? (isNarrow ? 'over' : 'beside');
  const frame = <div class="frame" style={{ aspectRatio: String(expected.aspect) }} />;
  return (
    <div class="stage expected" aria-hidden="true">
      <div class="sight">
        {expected.takes === 'signal' ? (
          <div class="signal" />
        ) : (
          <div class={`images ${arrangement}`} style={{ '--aspect': expected.aspect }}>
            {arrangement === 'beside' && frame}
            {frame}
          </div>
        )}
      </div>
      <p class="map-caption">
        What speaks for the class: spread over all of it; peak at 50 % from the left, 50 % from the top
      </p>
      <div class="color-bar">0</div>
      <div class="under">
        <p class="readout" />
        <ZoomButtons zoom={WHOLE} onZoom={() => undefined} />
        <button type="button">Erase a part</button>
      </div>
    </div>
  );
}
