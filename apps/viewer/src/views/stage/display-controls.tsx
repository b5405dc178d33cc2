import { colorMapNames } from '@ablation-cam/xai/drawing';
import { expectedInput } from '../../state/expected-input.ts';
import type { Arrangement, Display } from '../../state/state.ts';
import type { ViewProps } from '../app.tsx';
import { Choice } from '../settings.tsx';
import { useNarrow } from '../use-media.ts';

const COLORS = colorMapNames
  // Diverging colors are for signed values.
  .filter((name) => name !== 'RdBu_r')
  .map((name) => [name, name] as const);
const RESOLUTIONS = [
  ['resized', 'resized to the input'],
  ['raw', 'raw grid of the layer'],
] as const;
const ARRANGEMENTS: readonly (readonly [Arrangement, string])[] = [
  ['beside', 'side by side'],
  ['over', 'map over input'],
  ['swipe', 'swipe bar'],
];
const SIDES = [
  ['for', 'what speaks for it'],
  ['both', 'for and against'],
] as const;

/** How the map is shown. */
export function DisplayControls({ state, dispatch }: ViewProps) {
  const { display } = state;
  const input = state.explained?.result.input;
  const isPicture = input ? input.image !== null : expectedInput(state)?.takes === 'image';
  const isNarrow = useNarrow();
  const change = (changed: Partial<Display>): void => {
    dispatch({ kind: 'change-display', display: changed });
  };
  return (
    // Where there is nothing to show yet.
    <fieldset class="controls" role="presentation" disabled={state.input === null}>
      {isPicture && (
        <>
          <Choice
            label="View"
            value={display.arrangement ?? (isNarrow ? 'over' : 'beside')}
            options={ARRANGEMENTS}
            onChange={(arrangement) => {
              change({ arrangement });
            }}
          />
          <Slider
            label="Opacity"
            value={display.opacity}
            most={1}
            // The style alone while it is dragged: the map stays as it is drawn.
            onDrag={(opacity, control) => {
              const stage = control.closest('.look')?.querySelector<HTMLElement>('.stage');
              stage?.style.setProperty('--map-opacity', String(opacity));
            }}
            onChange={(opacity) => {
              change({ opacity });
            }}
          />
        </>
      )}
      <Choice
        label="Show"
        value={display.sides}
        options={SIDES}
        onChange={(sides) => {
          change({ sides });
        }}
      />
      {state.isExpert && display.sides === 'for' && (
        <Choice
          label="Colors"
          value={display.colorMap}
          options={COLORS}
          onChange={(colorMap) => {
            change({ colorMap });
          }}
        />
      )}
      {state.isExpert && (
        <>
          <Choice
            label="Map"
            value={display.resolution}
            options={RESOLUTIONS}
            onChange={(resolution) => {
              change({ resolution });
            }}
          />
          <Slider
            label="Hide below"
            value={display.threshold}
            most={0.95}
            onDrag={(threshold) => {
              change({ threshold });
            }}
            onChange={(threshold) => {
              change({ threshold });
            }}
          />
          <Check
            label="Contour"
            checked={display.contour}
            onChange={(contour) => {
              change({ contour });
            }}
          />
        </>
      )}
      {input?.mask && (
        <Check
          label="True region"
          checked={display.outline}
          onChange={(outline) => {
            change({ outline });
          }}
        />
      )}
      {!isNarrow && (
        <Check
          label="Large"
          checked={display.large}
          onChange={(large) => {
            change({ large });
          }}
        />
      )}
    </fieldset>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  /** While it is moved. */
  readonly onDrag: (value: number, control: HTMLInputElement) => void;
  /** When it was let go. */
  readonly onChange: (value: number) => void;
}

function Slider({ label, value, most, onDrag, onChange }: SliderProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <input
        type="range"
        min="0"
        max={most}
        step="0.05"
        value={value}
        onInput={({ currentTarget }) => {
          onDrag(currentTarget.valueAsNumber, currentTarget);
        }}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
      <span>{label}</span>
    </label>
  );
}
