import { factsOf, html, type Markup, reportPage, tableOf } from '@ablation-cam/model/reports';
import type { Explained } from '../protocol/descriptions.ts';
import { orderedChannels } from '../state/channels.ts';
import { shownJson } from '../state/explanation-json.ts';
import { inputTitle } from '../state/input-title.ts';
import { methodTitles } from '../state/method-titles.ts';
import { fittedWords } from '../state/picture-fit.ts';
import {
  classNameOf,
  givenClassName,
  listedClasses,
  predictedClass,
  type ShownAttribution,
} from '../state/selectors.ts';
import { ablationWords, computedBy, weightingWords } from '../state/how-words.ts';
import { strongParts } from '../state/stage-map.ts';
import type { ViewerState } from '../state/state.ts';
import { PICTURE_STYLE, reportPicture } from './report-picture.ts';
import { duration, probability, rounded, shapeText } from '../views/format.ts';

/** So many channels are listed. */
const MOST_CHANNELS = 10;

const STYLE = `${PICTURE_STYLE}
.card.scroll { width: fit-content; max-width: 100%; }
.card.scroll table { width: auto; min-width: 20rem; }
.lists { display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
.lists > * { min-width: 0; }
@media (max-width: 40rem) {
  .card.scroll table { min-width: min(24rem, calc(100vw - 1.5rem - 2px)); }
  table { font-size: 0.9rem; }
  th, td { padding: 0.4rem 0.6rem; }
}
`;

/**
 * Returns what is shown as one HTML page that needs nothing else: no script, network, font or image from elsewhere. The numbers come
 * along, as `pnpm explain --json` prints them.
 */
export function renderReport(state: ViewerState, explained: Explained, shown: ShownAttribution): string {
  const predicted = predictedClass(explained);
  const share = explained.probabilities?.[predicted];
  const name = (index: number): string => classNameOf(state, index);
  const isShare = explained.probabilities !== null;
  const numbers = JSON.stringify(shownJson(explained, shown, givenClassName(state, shown.classIndex)));
  const title = `Why ${explained.model.name} calls ${inputTitle(explained.input.name, explained.model.name)} “${name(predicted)}”`;
  const certainty = share === undefined ? '' : ` (${probability(share)})`;
  const against = shown.contrast === null ? '' : ` rather than ${name(shown.contrast)}`;
  const reading = `${strongParts(state.display)} speak for ${name(shown.classIndex)}${against}, by ${methodTitles[shown.run.method]}.`;
  const classes = listedClasses(state);
  const said = html`<b>${name(predicted)}</b>`;
  const content = html`
    <p>The network says ${said}${certainty}${labelText(state, explained)}. ${reading}</p>
    ${[...shown.warnings, ...shown.run.warnings].map((warning) => html`<p class="muted">${warning}</p>`)}
    ${reportPicture(state, explained, shown)}
    <div class="lists">
      <div class="classes">
        <h2>Classes</h2>
        ${tableOf(
          [isShare ? 'Probability' : 'Logit'],
          classes.map(({ index, score }) => [name(index), isShare ? probability(score) : score.toFixed(4)]),
        )}
      </div>
      ${channelsOf(shown)}
      <div>
        <h2>How it was explained</h2>
        ${factsOf(facts(state, explained, shown))}
      </div>
    </div>
    <p>
      <a download="explanation.json" href="data:application/json,${encodeURIComponent(numbers)}"
        >All numbers (JSON)</a
      >
    </p>
  `;
  const row = classes.findIndex(({ index }) => index === predicted) + 1;
  return reportPage(title, content, `${STYLE}.classes tbody tr:nth-child(${row}) > * { font-weight: 600; }`);
}

function labelText(state: ViewerState, { input: { label }, ...explained }: Explained): string {
  if (label === null) return '';
  return label === predictedClass(explained)
    ? ', which is right'
    : `; in truth it is ${classNameOf(state, label)}`;
}

function channelsOf({ weights }: ShownAttribution): Markup | null {
  if (!weights) return null;
  const size = (channel: number): number => Math.abs(weights[channel] ?? 0);
  const strongest = Array.from(weights, (_, k) => k)
    .sort((a, b) => size(b) - size(a))
    .slice(0, MOST_CHANNELS);
  const reach = size(strongest[0] ?? 0);
  const order = orderedChannels({ weights }, 'weight').filter((channel) => strongest.includes(channel));
  return html`<div>
    <h2>Channels that count most</h2>
    ${tableOf(
      ['Weight'],
      order.map((channel) => [`Channel ${channel}`, rounded(weights[channel] ?? 0, reach)]),
    )}
  </div>`;
}

function facts(
  { fit }: ViewerState,
  { model, input }: Explained,
  { run }: ShownAttribution,
): (readonly [string, string | null])[] {
  const { method, layers, score, timings } = run;
  return [
    ['Network', model.name],
    ['Output', model.output],
    ['Input', `${inputTitle(input.name, model.name)}, ${shapeText(input.shape)}`],
    ['Picture', fittedWords(input, fit)],
    ['Method', methodTitles[method]],
    ['Layer', layers.join(', ') || null],
    ['Score', score],
    ['A channel that is off is', ablationWords(run)],
    ['Weight', weightingWords(run)],
    ['Computed by', computedBy(run)],
    ['Took', duration(timings.totalMs)],
    ['Made', new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
  ];
}
