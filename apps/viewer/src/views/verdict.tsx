import { emptyMapReason } from '../state/empty-map.ts';
import { classNameOf, predictedClass, shownView, type ShownAttribution } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import { probability } from './format.ts';
import { Icon } from './icon.tsx';
import { strongParts } from '../state/stage-map.ts';
import { methodTitles } from '../state/method-titles.ts';

/** What the picture below says, in words. */
export function Verdict({ state }: { state: ViewerState }) {
  const view = shownView(state);
  if (!view) return <p class="verdict">{beforeTheFirst(state)}</p>;
  const { explained, attribution, isCurrent } = view;
  const predicted = predictedClass(explained);
  const { label } = explained.input;
  const warned = attribution?.run ?? explained.run;
  // What is said above it in plain words need not be said again.
  const ofMap =
    attribution && (state.isExpert || attribution.map.data.some((value) => value > 0))
      ? attribution.warnings
      : [];
  const share = explained.probabilities?.[predicted];
  return (
    <div class={isCurrent ? 'verdict' : 'verdict stale'}>
      {!isCurrent && <span class="outdated">out of date</span>}
      <p>
        The network says <strong>{classNameOf(state, predicted)}</strong>
        {share !== undefined && ` (${probability(share)})`}
        {label !== null && (
          <span class={label === predicted ? 'right' : 'wrong'}>
            {' '}
            <span class="mark">
              <Icon name={label === predicted ? 'right' : 'wrong'} />
              {label === predicted ? ' correct' : ' in truth'}
            </span>
            {label !== predicted && ` ${classNameOf(state, label)}`}
          </span>
        )}
        . {attribution ? reading(state, attribution, predicted) : 'The map is on its way …'}
      </p>
      {[...ofMap, ...warned.warnings].map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
    </div>
  );
}

function beforeTheFirst({ input, description, problem }: ViewerState): string {
  if (problem) return 'Nothing is explained yet.';
  return input === null && description !== null ? 'The network is ready. It needs an input.' : 'Explaining …';
}

/** How to read the map. */
function reading(state: ViewerState, attribution: ShownAttribution, predicted: number): string {
  const {
    run: { method },
    classIndex,
    contrast,
  } = attribution;
  const name = classNameOf(state, classIndex);
  const parts = strongParts(state.display);
  const by = method === 'ablation-cam' ? '' : `, by ${methodTitles[method]}`;
  if (method === 'random') return 'This map is random: what a method shows should beat it.';
  const empty = emptyMapReason(attribution, name, state.display.sides);
  if (empty !== null) return `On balance nothing at this layer speaks for ${name}${by}. ${empty}`.trimEnd();
  if (contrast !== null) {
    return `${parts} speak for ${name} rather than ${classNameOf(state, contrast)}${by}.`;
  }
  if (method !== 'ablation-cam') return `${parts} speak for ${name}${by}.`;
  const start = classIndex === predicted ? `${parts} made it say so` : `${parts} speak for ${name}`;
  return `${start}: without the channels that respond there, ${name} gets a lower score.`;
}
