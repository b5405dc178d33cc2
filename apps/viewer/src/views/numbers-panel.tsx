import type { AblationSettings } from '@ablation-cam/xai';
import type { Explained } from '../protocol/descriptions.ts';
import { inputTitle } from '../state/input-title.ts';
import { methodTitles } from '../state/method-titles.ts';
import { classNameOf, shownAttribution, type ShownAttribution } from '../state/selectors.ts';
import { ablationWords, computedBy, strategyWords, weightingWords } from '../state/how-words.ts';
import type { ViewerState } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { duration, large, shapeText, signed } from './format.ts';
import { stageMap } from '../state/stage-map.ts';

/** Every number behind the picture that fits on a page; the JSON file holds them all. */
export function NumbersPanel({ state }: ViewProps) {
  const explained = state.explained?.result;
  const shown = shownAttribution(state);
  if (!explained || !shown) return <p class="hint">The numbers come with the explanation.</p>;
  return (
    <div class="numbers">
      <p class="hint">
        Save numbers, above, writes all of them to a file, those of the map as well, in the format of{' '}
        <code>pnpm explain --json</code>.
      </p>
      <div class="tables">
        <div class="numbers">
          <dl class="facts">
            {factsOf(state, explained, shown).map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
          <ClassTable state={state} explained={explained} />
        </div>
        {shown.weights && <WeightTable state={state} explained={explained} shown={shown} />}
      </div>
    </div>
  );
}

function factsOf(
  state: ViewerState,
  { model, input }: Explained,
  { run, classIndex, contrast, map }: ShownAttribution,
): readonly (readonly [string, string])[] {
  const against = contrast === null ? '' : ` rather than ${classNameOf(state, contrast)}`;
  const { method, layers, channels, score, settings, adapter, executor, backend, dispatches, timings } = run;
  return [
    ['Network', `${model.name}, ${large(model.parameters)} parameters`],
    ['Input', `${named(input.name)} ${shapeText(input.shape)}`],
    [
      'Layer',
      layers.length === 0 ? 'none: it is about the input' : `${layers.join()}, ${channels ?? 0} channels`,
    ],
    [
      'Map',
      `for ${classNameOf(state, classIndex)}${against}, ${shapeText(map.shape)}, ${largestText(input, map)}`,
    ],
    ['Method', `${methodTitles[method]}, score ${score}${settings ? howChannelsAreOff(run, settings) : ''}`],
    ['Network on', `${computedBy({ executor: null, backend })} (${backend.reason})`],
    ...(settings
      ? ([
          ['Ablation on', executor ? `${computedBy(run)} (${executor.reason})` : 'the network itself'],
          ['Dispatches', `${dispatches.ablation} for the ablation, ${dispatches.map} for the maps`],
        ] as const)
      : []),
    [
      'Times',
      `forward ${duration(timings.forwardMs)}, ${settings ? 'ablation' : 'weights'} ${duration(timings.weightsMs)}, ` +
        `maps ${duration(timings.mapMs)}, other ${duration(otherMs(timings))}, in all ${duration(timings.totalMs)}`,
    ],
    [
      'Adapter',
      adapter ? `${adapter.description} (${adapter.software ? 'software' : 'hardware'})` : 'not used',
    ],
  ];
}

/** What no part of the work is named for. */
function otherMs({ forwardMs, weightsMs, mapMs, totalMs }: Explained['run']['timings']): number {
  return Math.max(0, totalMs - forwardMs - weightsMs - mapMs);
}

/** With the name that links and commands take, where the page has another one. */
function named(name: string): string {
  const title = inputTitle(name);
  return title === name ? name : `${title} (${name})`;
}

function howChannelsAreOff(run: Explained['run'], { weighting, norm }: AblationSettings): string {
  const by = weighting === 'slope' ? `, norm ${norm}` : '';
  return `, off is ${ablationWords(run) ?? ''}, weight ${weightingWords(run) ?? ''}${by}, ${strategyWords(run) ?? ''}`;
}

/** The largest value on the layer's own grid and, where that is another one, as the color bar has it. */
function largestText(input: Explained['input'], map: ShownAttribution['map']): string {
  const of = (resolution: 'raw' | 'resized'): string =>
    stageMap({ input }, { map, mapSigned: map }, { resolution, sides: 'for' }).high.toPrecision(4);
  const [own, resized] = [of('raw'), of('resized')];
  return `largest value ${own}${resized === own ? '' : `, resized to the input ${resized}`}`;
}

function ClassTable({ state, explained }: { state: ViewerState; explained: Explained }) {
  const { probabilities, logits } = explained;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Scores of the classes">
      <table>
        <caption>What the network says: {logits.length} classes</caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">probability</th>
            <th scope="col">logit</th>
          </tr>
        </thead>
        <tbody>
          {Array.from(logits, (logit, c) => (
            <tr key={c}>
              <th scope="row">{classNameOf(state, c)}</th>
              <td class="number" data-probability={probabilities?.[c]}>
                {probabilities ? (probabilities[c] ?? 0).toFixed(6) : '–'}
              </td>
              <td class="number">{signed(logit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface WeightTableProps {
  readonly state: ViewerState;
  readonly explained: Explained;
  readonly shown: ShownAttribution;
}

function WeightTable({ state, explained: { ablatedScores, logits }, shown }: WeightTableProps) {
  const { run, classIndex, weights } = shown;
  const scores = run.settings && ablatedScores;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Weights of the channels">
      <table>
        <caption>
          {methodTitles[run.method]}: {weights?.length} channels, for {classNameOf(state, classIndex)}
        </caption>
        <thead>
          <tr>
            <th scope="col">channel</th>
            <th scope="col">weight</th>
            {scores && <th scope="col">{run.score} without it</th>}
          </tr>
        </thead>
        <tbody>
          {Array.from(weights ?? [], (weight, k) => (
            <tr key={k}>
              <th scope="row">{k}</th>
              <td class="number" data-weight={weight}>
                {signed(weight)}
              </td>
              {scores && <td class="number">{(scores[k * logits.length + classIndex] ?? 0).toFixed(6)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
