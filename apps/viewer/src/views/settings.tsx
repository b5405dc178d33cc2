import type { ExplainSettings } from '../protocol/calls.ts';
import type { ViewProps } from './app.tsx';

const ABLATIONS = [
  ['zero', 'zero'],
  ['zero-kernel', 'zero filter, bias kept'],
  ['channel-mean', 'mean of the channel'],
] as const;
const SCORES = [
  ['probability', 'probability'],
  ['logit', 'logit'],
] as const;
const WEIGHTINGS = [
  ['relative-drop', 'relative drop'],
  ['slope', 'slope (per norm)'],
] as const;

/** How channels are switched off and weighed. */
export function Settings({ state, dispatch }: ViewProps) {
  const { settings } = state;
  const change = (change: Partial<ExplainSettings>): void => {
    dispatch({ kind: 'change-settings', settings: change });
  };
  return (
    <fieldset class="settings">
      <legend>Method: Ablation-CAM</legend>
      <Choice
        label="“Off” is"
        value={settings.ablation}
        options={ABLATIONS}
        onChange={(ablation) => {
          change({ ablation });
        }}
      />
      <Choice
        label="What falls"
        value={settings.score}
        options={SCORES}
        onChange={(score) => {
          change({ score });
        }}
      />
      <Choice
        label="Weight"
        value={settings.weighting}
        options={WEIGHTINGS}
        onChange={(weighting) => {
          change({ weighting });
        }}
      />
    </fieldset>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
}

/** One of a few values. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = options.find(([option]) => option === event.currentTarget.value);
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
