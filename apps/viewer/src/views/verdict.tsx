import { classNameOf, predictedClass, shownAttribution, type ShownAttribution } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import { duration, percent } from './format.ts';
import { Icon } from './icon.tsx';
import { methodTitles } from '../state/method-titles.ts';

/** What the picture below says, in words. */
export function Verdict({ state }: { state: ViewerState }) {
  const explained = state.explained?.result;
  if (!explained) {
    const isWaiting = state.input === null && state.description !== null;
    return <p class="verdict">{isWaiting ? 'The network is ready. It needs an input.' : 'Explaining …'}</p>;
  }
  const attribution = shownAttribution(state);
  const predicted = predictedClass(explained);
  const { label } = explained.input;
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
        . {attribution ? reading(state, attribution, predicted) : 'The map is on its way …'}
      </p>
      {[...(attribution?.warnings ?? []), ...(attribution?.run ?? explained.run).warnings].map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
    </div>
  );
}

/** How to read the map. */
function reading(
  state: ViewerState,
  { run: { method, timings }, classIndex, contrast, isOfAll }: ShownAttribution,
  predicted: number,
): string {
  const name = classNameOf(state, classIndex);
  const by = method === 'ablation-cam' ? '' : `, by ${methodTitles[method]}`;
  const took = isOfAll ? '' : ` It took ${duration(timings.totalMs)}.`;
  if (contrast !== null) {
    return `Bright parts speak for ${name} rather than ${classNameOf(state, contrast)}${by}.${took}`;
  }
  if (method === 'random') return 'This map is random: what a method shows should beat it.';
  if (method !== 'ablation-cam') return `Bright parts speak for ${name}${by}.${took}`;
  const start = classIndex === predicted ? 'Bright parts made it say so' : `Bright parts speak for ${name}`;
  return `${start}: without the channels that respond there, ${name} gets a lower score.`;
}
