import { colorMapNames } from '@ablation-cam/xai/drawing';
import type { ViewProps } from './app.tsx';
import { Choice } from './settings.tsx';

const COLORS = colorMapNames
  // Diverging colors are for signed values.
  .filter((name) => name !== 'RdBu_r')
  .map((name) => [name, name] as const);
const RESOLUTIONS = [
  ['resized', 'resized to the input'],
  ['raw', 'raw grid of the layer'],
] as const;

/** How the map is shown. */
export function DisplayControls({ state, dispatch }: ViewProps) {
  const { display } = state;
  const input = state.explained?.result.input;
  return (
    <div class="controls">
      {input?.image && (
        <label class="choice">
          <span>Opacity</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={display.opacity}
            onInput={(event) => {
              dispatch({ kind: 'change-display', display: { opacity: event.currentTarget.valueAsNumber } });
            }}
          />
        </label>
      )}
      <Choice
        label="Colors"
        value={display.colorMap}
        options={COLORS}
        onChange={(colorMap) => {
          dispatch({ kind: 'change-display', display: { colorMap } });
        }}
      />
      <Choice
        label="Map"
        value={display.resolution}
        options={RESOLUTIONS}
        onChange={(resolution) => {
          dispatch({ kind: 'change-display', display: { resolution } });
        }}
      />
      {input?.mask && (
        <label class="choice">
          <input
            type="checkbox"
            checked={display.outline}
            onChange={(event) => {
              dispatch({ kind: 'change-display', display: { outline: event.currentTarget.checked } });
            }}
          />
          <span>True region</span>
        </label>
      )}
    </div>
  );
}
