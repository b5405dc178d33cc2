import { classNameOf, predictedClass, shownMap } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import { percent } from './format.ts';
import { Icon } from './icon.tsx';

/** What the picture below says, in words. */
export function Verdict({ state }: { state: ViewerState }) {
  const explained = state.explained?.result;
  const map = shownMap(state);
  if (!explained || !map) {
    const isWaiting = state.input === null && state.description !== null;
    return <p class="verdict">{isWaiting ? 'The network is ready. It needs an input.' : 'Explaining …'}</p>;
  }
  const predicted = predictedClass(explained);
  const { label } = explained.input;
  const name = classNameOf(state, map.classIndex);
  const share = explained.probabilities?.[predicted];
  return (
    <div class="verdict">
      <p>
        The network says <strong>{classNameOf(state, predicted)}</strong>
        {share !== undefined && ` (${percent(share)})`}
        {label !== null && (
          <span class={label === predicted ? 'right' : 'wrong'}>
            {' '}
            <Icon name={label === predicted ? 'right' : 'wrong'} />
            {label === predicted ? ' correct' : ` in truth ${classNameOf(state, label)}`}
          </span>
        )}
        . {map.classIndex === predicted ? 'Bright parts made it say so' : `Bright parts speak for ${name}`}:
        without the channels that respond there, {name} gets a lower score.
      </p>
      {[...map.warnings, ...explained.run.warnings].map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
    </div>
  );
}
