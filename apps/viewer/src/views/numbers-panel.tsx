import { classNameOf, shownMap } from '../state/selectors.ts';
import type { ViewProps } from './app.tsx';
import { duration, shapeText, signed } from './format.ts';

/** Every number behind the picture that fits on a page; the JSON file holds them all. */
export function NumbersPanel({ state }: ViewProps) {
  const explained = state.explained?.result;
  const map = shownMap(state);
  if (!explained || !map) return <p class="hint">The numbers come with the first explanation.</p>;
  const { run, input, probabilities, logits } = explained;
  const facts: readonly (readonly [string, string])[] = [
    ['Input', `${input.name} ${shapeText(input.shape)}`],
    ['Layer', `${run.layer}, ${run.channels} channels, map ${shapeText(map.map.shape)}`],
    ['Method', `${run.method}: ${String(run.ablation)}, ${run.score}, ${run.weighting}, ${run.strategy}`],
    ['Network on', `${run.backend.chosen} (${run.backend.reason})`],
    ['Ablation on', run.executor ? `${run.executor.chosen} (${run.executor.reason})` : 'the network itself'],
    [
      'Adapter',
      run.adapter ? `${run.adapter.vendor} ${run.adapter.architecture} ${run.adapter.description}` : 'none',
    ],
    ['Dispatches', `${run.dispatches.ablation} for the ablation, ${run.dispatches.map} for the maps`],
    [
      'Times',
      `forward ${duration(run.timings.forwardMs)}, ablation ${duration(run.timings.ablationMs)}, ` +
        `maps ${duration(run.timings.mapMs)}, in all ${duration(run.timings.totalMs)}`,
    ],
  ];
  return (
    <div class="numbers">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <div class="tables">
        <div class="scroll" tabIndex={0} role="region" aria-label="Scores of the classes">
          <table>
            <caption>Classes</caption>
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
                  <td class="number">{probabilities ? (probabilities[c] ?? 0).toFixed(6) : '–'}</td>
                  <td class="number">{signed(logit)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div class="scroll" tabIndex={0} role="region" aria-label="Weights of the channels">
          <table>
            <caption>Weights for {classNameOf(state, map.classIndex)}</caption>
            <thead>
              <tr>
                <th scope="col">channel</th>
                <th scope="col">weight</th>
                <th scope="col">score without it</th>
              </tr>
            </thead>
            <tbody>
              {Array.from(map.weights, (weight, k) => (
                <tr key={k}>
                  <th scope="row">{k}</th>
                  <td class="number" data-weight={weight}>
                    {signed(weight)}
                  </td>
                  <td class="number">
                    {(explained.ablatedScores[k * run.classes + map.classIndex] ?? 0).toFixed(6)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  );
}
