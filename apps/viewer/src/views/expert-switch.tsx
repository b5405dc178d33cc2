import { remember } from '../client/remembered.ts';
import type { ViewProps } from './app.tsx';

/** Shows or hides the settings that take some knowledge. */
export function ExpertSwitch({ state, dispatch }: ViewProps) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        role="switch"
        checked={state.isExpert}
        onChange={({ currentTarget: { checked } }) => {
          remember('expert', checked);
          dispatch({ kind: 'show-expert', isShown: checked });
        }}
      />
      <span>Expert settings</span>
    </label>
  );
}
