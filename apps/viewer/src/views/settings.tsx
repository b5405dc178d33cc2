import { methodNames } from '@ablation-cam/xai';
import type { ExplainSettings } from '../protocol/calls.ts';
import { classNameOf, shownMap } from '../state/selectors.ts';
import type { ViewProps } from './app.tsx';
import { methodTitles } from '../state/method-titles.ts';
import { ABLATIONS, EXECUTORS, SCORES, STRATEGIES, WEIGHTINGS } from '../state/setting-words.ts';

const METHODS = methodNames.map((name) => [name, methodTitles[name]] as const);
const BY_ITSELF = 'none';

/** Which method, and how it does its work. */
export function Settings({ state, dispatch }: ViewProps) {
  const { settings, display } = state;
  const outputs = state.description?.outputs ?? [];
  const shown = shownMap(state)?.classIndex;
  const others = (state.explained?.result.maps ?? [])
    .filter(({ classIndex }) => classIndex !== shown)
    .map(({ classIndex }) => [String(classIndex), classNameOf(state, classIndex)] as const);
  const isOwn = display.method === 'ablation-cam';
  const change = (change: Partial<ExplainSettings>): void => {
    dispatch({ kind: 'change-settings', settings: change });
  };
  return (
    <fieldset class="settings">
      <legend>How it is explained</legend>
      {outputs.length > 1 && (
        <Choice
          label="Output"
          value={settings.output ?? outputs[0] ?? ''}
          options={outputs.map((name) => [name, name] as const)}
          onChange={(output) => {
            // A layer that was chosen need not lead to it.
            change({ output, layer: null });
          }}
        />
      )}
      <Choice
        label="Method"
        value={display.method}
        options={METHODS}
        onChange={(method) => {
          dispatch({ kind: 'change-display', display: { method } });
        }}
      />
      <Choice
        label="Rather than"
        value={display.contrast === null || display.contrast === shown ? BY_ITSELF : String(display.contrast)}
        options={[[BY_ITSELF, '(no other class)'], ...others]}
        onChange={(other) => {
          dispatch({
            kind: 'change-display',
            display: { contrast: other === BY_ITSELF ? null : Number(other) },
          });
        }}
      />
      {state.isExpert && (
        <Choice
          label="Score"
          value={settings.score}
          options={SCORES}
          onChange={(score) => {
            change({ score });
          }}
        />
      )}
      {state.isExpert && isOwn && (
        <>
          <Choice
            label="“Off” is"
            value={settings.ablation}
            options={ABLATIONS}
            onChange={(ablation) => {
              change({ ablation });
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
          <Choice
            label="Channels"
            value={settings.strategy}
            options={STRATEGIES}
            onChange={(strategy) => {
              change({ strategy });
            }}
          />
          <Choice
            label="Computed by"
            value={settings.executor}
            options={EXECUTORS}
            onChange={(executor) => {
              change({ executor });
            }}
          />
        </>
      )}
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
