import type { Explained } from '../protocol/descriptions.ts';
import { methodTitles } from '../state/method-titles.ts';
import { classNameOf, shownAttribution, type ShownAttribution } from '../state/selectors.ts';
import type { ViewerState } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { duration, large, shapeText, signed } from './format.ts';

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
      <dl class="facts">
        {factsOf(state, explained, shown).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <div class="tables">
        <ClassTable state={state} explained={explained} />
        {shown.weights && <WeightTable state={state} explained={explained} shown={shown} />}
      </div>
    </div>
  );
}

function factsOf(
  state: ViewerState,
  { model, input, run }: Explained,
  { method, classIndex, contrast, map, totalMs }: ShownAttribution,
): readonly (readonly [string, string])[] {
  const isOwn = method === 'ablation-cam';
  const against = contrast === null ? '' : ` rather than ${classNameOf(state, contrast)}`;
  const { adapter, executor, backend, dispatches, timings } = run;
  const weighting = run.weighting === 'slope' ? `slope, norm ${run.norm}` : run.weighting;
  const off = typeof run.ablation === 'string' ? run.ablation : 'one value a channel';
  return [
    ['Network', `${model.name}, ${large(model.parameters)} parameters`],
    ['Input', `${input.name} ${shapeText(input.shape)}`],
    ['Layer', `${run.layer}, ${run.channels} channels`],
    [
      'Map',
      `for ${classNameOf(state, classIndex)}${against}, ${shapeText(map.shape)}, largest value ${largest(map.data)}`,
    ],
    [
      'Method',
      `${methodTitles[method]}, score ${run.score}${isOwn ? `, off is ${off}, weight ${weighting}, ${run.strategy}` : ''}`,
    ],
    ['Network on', `${backend.chosen} (${backend.reason})`],
    ...(totalMs === null
      ? ([
          ['Ablation on', executor ? `${executor.chosen} (${executor.reason})` : 'the network itself'],
          ['Dispatches', `${dispatches.ablation} for the ablation, ${dispatches.map} for the maps`],
          [
            'Times',
            `forward ${duration(timings.forwardMs)}, ablation ${duration(timings.ablationMs)}, ` +
              `maps ${duration(timings.mapMs)}, in all ${duration(timings.totalMs)}`,
          ],
        ] as const)
      : ([['Time', duration(totalMs)]] as const)),
    ['Adapter', adapter ? `${adapter.description} (${adapter.software ? 'software' : 'hardware'})` : 'none'],
  ];
}

function largest(values: ArrayLike<number>): string {
  return Array.from(values)
    .reduce((most, value) => Math.max(most, value), 0)
    .toPrecision(4);
}

function ClassTable({ state, explained }: { state: ViewerState; explained: Explained }) {
  const { probabilities, logits } = explained;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Scores of the classes">
      <table>
        <caption>What the network says</caption>
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

function WeightTable({ state, explained: { run, ablatedScores }, shown }: WeightTableProps) {
  const { method, classIndex, weights } = shown;
  const isOwn = method === 'ablation-cam';
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Weights of the channels">
      <table>
        <caption>
          {methodTitles[method]}, channels for {classNameOf(state, classIndex)}
        </caption>
        <thead>
          <tr>
            <th scope="col">channel</th>
            <th scope="col">weight</th>
            {isOwn && <th scope="col">{run.score} without it</th>}
          </tr>
        </thead>
        <tbody>
          {Array.from(weights ?? [], (weight, k) => (
            <tr key={k}>
              <th scope="row">{k}</th>
              <td class="number" data-weight={weight}>
                {signed(weight)}
              </td>
              {isOwn && (
                <td class="number">{(ablatedScores[k * run.classes + classIndex] ?? 0).toFixed(6)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
