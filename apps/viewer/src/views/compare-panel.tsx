import { methodNames } from '@ablation-cam/xai';
import { useMemo } from 'preact/hooks';
import { aspectOf } from '../state/aspect.ts';
import { compareMaps, type MapComparison } from '../state/compare-maps.ts';
import { methodTitles } from '../state/method-titles.ts';
import { pinnableView, type PinnedView } from '../state/pinned-view.ts';
import { factsOf, type ViewFacts } from '../state/view-facts.ts';
import { listedClasses } from '../state/selectors.ts';
import { stageMap } from '../state/stage-map.ts';
import type { ViewProps } from './app.tsx';
import { percent } from './format.ts';
import { InputWithMap } from './input-with-map.tsx';
import { Choice } from './settings.tsx';

/** Two views side by side, with their difference: the one that was put aside, A, and the one on the stage, B. */
export function ComparePanel({ state, dispatch }: ViewProps) {
  const { pinned } = state;
  const shown = pinnableView(state);
  if (!pinned) {
    return (
      <div class="compare">
        <div class={shown ? 'compared' : ''}>
          {shown && <BeforeA state={state} shown={shown} />}
          <div class="compare-facts">
            <p class="hint">
              Keep what is shown above now as A. Whatever you choose then – another class, method, layer,
              input or network – is B, and both stand here with their difference.
            </p>
            <div class="buttons">
              <button
                type="button"
                class="primary"
                disabled={!shown}
                onClick={() => {
                  dispatch({ kind: 'pin-view' });
                }}
              >
                Keep this as A
              </button>
            </div>
          </div>
        </div>
      </div>
    );
  }
  return (
    <div class="compare">
      <div class="controls">
        <ChoicesOfB state={state} dispatch={dispatch} />
        <div class="buttons">
          <button
            type="button"
            disabled={!shown}
            onClick={() => {
              dispatch({ kind: 'swap-views' });
            }}
          >
            Swap A and B
          </button>
          <button
            type="button"
            disabled={!shown}
            onClick={() => {
              dispatch({ kind: 'pin-view' });
            }}
          >
            Keep B as A
          </button>
          <button
            type="button"
            onClick={() => {
              dispatch({ kind: 'unpin-view' });
            }}
          >
            Let go of A
          </button>
        </div>
      </div>
      {shown ? (
        <Compared state={state} a={pinned} b={shown} />
      ) : (
        <p class="hint">B is on its way: it stands here when it is shown above.</p>
      )}
    </div>
  );
}

/** What A would be, and where B comes to stand. */
function BeforeA({ state, shown }: { readonly state: ViewProps['state']; readonly shown: PinnedView }) {
  const { input } = shown.explained;
  const size = input.image ? { aspectRatio: String(aspectOf(input)) } : {};
  return (
    <>
      <Side state={state} view={shown} name="A" caption="A, if you keep it" />
      <p class="hint to-come" style={size}>
        B: what you choose then
      </p>
      <p class="hint to-come" style={size}>
        Their difference
      </p>
    </>
  );
}

/** What B can be, without leaving the panel; inputs and networks are chosen above. */
function ChoicesOfB({ state, dispatch }: ViewProps) {
  const { display, settings, description } = state;
  const layers = (description?.layers ?? []).filter(({ isCandidate }) => isCandidate);
  const layer = settings.layer ?? description?.defaultLayer ?? '';
  const classes = listedClasses(state);
  const shown = pinnableView(state)?.map.classIndex;
  return (
    <>
      <Choice
        label="Class of B"
        value={String(shown ?? display.classIndex ?? '')}
        options={classes.map(({ index, name }) => [String(index), name] as const)}
        onChange={(index) => {
          dispatch({ kind: 'change-display', display: { classIndex: Number(index) } });
        }}
      />
      <Choice
        label="Method of B"
        value={display.method}
        options={methodNames.map((name) => [name, methodTitles[name]] as const)}
        onChange={(method) => {
          dispatch({ kind: 'change-display', display: { method } });
        }}
      />
      <Choice
        label="Layer of B"
        value={layer}
        options={layers.map(({ name }) => [name, name] as const)}
        onChange={(name) => {
          const isDefault = name === description?.defaultLayer;
          dispatch({ kind: 'change-settings', settings: { layer: isDefault ? null : name } });
        }}
      />
    </>
  );
}

interface ComparedProps {
  readonly state: ViewProps['state'];
  readonly a: PinnedView;
  readonly b: PinnedView;
}

function Compared({ state, a, b }: ComparedProps) {
  const { display } = state;
  const source = display.sides === 'both' ? 'mapSigned' : 'map';
  const [first, second] = [a.map[source], b.map[source]];
  const comparison = useMemo(() => compareMaps(first, second), [first, second]);
  return (
    <div class="compared">
      <Side state={state} view={a} name="A" />
      <Side state={state} view={b} name="B" />
      {comparison ? (
        <Difference b={b} comparison={comparison} />
      ) : (
        <p class="hint">A map of a picture and one of a signal have nothing in common to be compared.</p>
      )}
      <Facts a={factsOf(a)} b={factsOf(b)} comparison={comparison} />
    </div>
  );
}

interface SideProps {
  readonly state: ViewProps['state'];
  readonly view: PinnedView;
  readonly name: 'A' | 'B';
  readonly caption?: string;
}

/** The input of a view with its map. */
function Side({ state: { display }, view: { explained, map }, name, caption = name }: SideProps) {
  const { shares, isSigned } = stageMap(explained, map, display);
  return (
    <figure>
      <InputWithMap
        input={explained.input}
        heatmap={shares}
        isSigned={isSigned}
        colors={isSigned ? 'RdBu_r' : display.colorMap}
        label={`Map ${name}`}
      />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

interface DifferenceProps {
  readonly b: PinnedView;
  readonly comparison: MapComparison;
}

/** The difference over the input of B, on a scale from -1 to 1 whatever its size. */
function Difference({ b, comparison: { difference } }: DifferenceProps) {
  const shares = useMemo(
    () => ({
      shape: difference.shape,
      data: Float32Array.from(difference.data, (value) => (Math.max(-1, Math.min(1, value)) + 1) / 2),
    }),
    [difference],
  );
  return (
    <figure>
      <InputWithMap
        input={b.explained.input}
        heatmap={shares}
        isSigned
        colors="RdBu_r"
        label="Difference of the maps"
      />
      <figcaption>A − B</figcaption>
    </figure>
  );
}

const ROWS: readonly (keyof ViewFacts)[] = ['class', 'method', 'layer', 'input', 'network'];

interface FactsProps {
  readonly a: ViewFacts;
  readonly b: ViewFacts;
  readonly comparison: MapComparison | null;
}

function Facts({ a, b, comparison }: FactsProps) {
  return (
    <div class="compare-facts" aria-live="polite">
      {comparison && (
        <dl class="facts">
          <dt>A − B</dt>
          <dd>
            Red where A counts more, blue where B does{a.input === b.input ? '' : ', over the input of B'}
          </dd>
          <dt>Rank correlation</dt>
          <dd data-number={comparison.correlation}>{comparison.correlation.toFixed(3)}</dd>
          <dt>Strongest tenth of each</dt>
          <dd data-number={comparison.topOverlap}>{percent(comparison.topOverlap)} in the same places</dd>
          <dt>Largest difference</dt>
          <dd data-number={comparison.largestDifference}>
            {percent(comparison.largestDifference)}, where the largest value of each map is 100 %
          </dd>
        </dl>
      )}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">A</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map((row) => (
            <tr key={row} class={a[row] === b[row] ? 'same' : 'differs'}>
              <th scope="row">{row}</th>
              <td>{a[row]}</td>
              <td>{a[row] === b[row] ? 'the same' : b[row]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
