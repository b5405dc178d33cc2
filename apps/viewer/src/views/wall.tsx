import { useMemo } from 'preact/hooks';
import type { WallAnswer } from '../protocol/descriptions.ts';
import { aspectOf } from '../state/aspect.ts';
import { classNameOf } from '../state/selectors.ts';
import { folderLabels, isError, tilesOf, type Wall, type WallTile } from '../state/wall.ts';
import { isWallDone } from '../state/wanted-wall.ts';
import type { ViewProps } from './app.tsx';
import { probability } from './format.ts';
import { Icon } from './icon.tsx';
import { ImageCanvas } from './image-canvas.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { Choice } from './settings.tsx';
import { SignalCurve } from './signal-curve.tsx';

const ALL = 'all';

/** Many inputs at once, each with the map of what the network says. */
export function WallPanel({ state, dispatch }: ViewProps) {
  const { wall, description, classNames, explained } = state;
  const model = description ?? explained?.result.model;
  const names = classNames ?? model?.classNames ?? null;
  const classes = names?.length ?? explained?.result.logits.length ?? 0;
  const items = wall?.items;
  const labels = useMemo(() => folderLabels(items ?? [], names, classes), [items, names, classes]);
  if (!wall) return null;
  const tiles = tilesOf(wall, labels.classes);
  const answers = [...wall.answers.values()];
  const predicted = [
    ...new Set(answers.flatMap((each) => (each.kind === 'explained' ? each.predicted : []))),
  ];
  const count = (index: number): number =>
    answers.filter((each) => each.kind === 'explained' && each.predicted === index).length;
  return (
    <section class="card wall" aria-labelledby="wall-title">
      <div class="controls">
        <h2 id="wall-title">Wall of {wall.items.length} inputs</h2>
        <Choice
          label="Show"
          value={wall.only === null ? ALL : String(wall.only)}
          options={[
            [ALL, `all classes (${answers.length})`],
            ...predicted
              .sort((a, b) => a - b)
              .map((index) => [String(index), `${classNameOf(state, index)} (${count(index)})`] as const),
          ]}
          onChange={(value) => {
            dispatch({ kind: 'filter-wall', only: value === ALL ? null : Number(value) });
          }}
        />
        <button
          type="button"
          onClick={() => {
            dispatch({ kind: 'close-wall' });
          }}
        >
          Close the wall
        </button>
      </div>
      <Progress state={state} dispatch={dispatch} wall={wall} />
      <Summary tiles={tilesOf({ ...wall, only: null }, labels.classes)} shown={tiles.length} by={labels.by} />
      <div class="scroller" tabIndex={0} role="region" aria-label="Inputs with their maps">
        <ul class="tiles">
          {tiles.map((tile) => (
            <Tile key={tile.item.input.id} tile={tile} state={state} dispatch={dispatch} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Progress({ state, dispatch, wall }: ViewProps & { readonly wall: Wall }) {
  if (!wall.isCancelled || isWallDone(state)) return null;
  return (
    <p class="hint">
      {wall.answers.size} of {wall.items.length} are explained.{' '}
      <button
        type="button"
        class="link"
        onClick={() => {
          dispatch({ kind: 'resume-wall' });
        }}
      >
        Explain the others
      </button>
    </p>
  );
}

/** How often the network was right, and how that is known. */
function Summary({
  tiles,
  shown,
  by,
}: {
  readonly tiles: readonly WallTile[];
  readonly shown: number;
  readonly by: 'name' | 'order' | null;
}) {
  const judged = tiles.filter(({ answer, label }) => answer?.kind === 'explained' && label !== null);
  const failed = tiles.filter(({ answer }) => answer?.kind === 'failed').length;
  const isPart = shown < tiles.length;
  const right = judged.filter((tile) => !isError(tile)).length;
  return (
    <p class="hint" aria-live="polite">
      {judged.length > 0 &&
        `${right} of ${isPart ? 'all ' : ''}${judged.length} right by their folders${by === 'order' ? ', taken for the classes in alphabetical order' : ''}; errors come first. `}
      {isPart && `${shown} of the ${tiles.length} ${shown === 1 ? 'is' : 'are'} shown. `}
      {failed > 0 && `${failed} could not be explained. `}
      Each shows what speaks for the class that the network says; click one to open it.
    </p>
  );
}

function Tile({ tile, state, dispatch }: ViewProps & { readonly tile: WallTile }) {
  const { item, answer, label } = tile;
  const wrong = isError(tile);
  const said = answer?.kind === 'explained' ? classNameOf(state, answer.predicted) : '';
  const truth = label === null ? '' : classNameOf(state, label);
  const sure =
    answer?.kind === 'explained' && answer.confidence !== null ? probability(answer.confidence) : '';
  const words = wordsOf(answer, said, sure, wrong ? truth : null);
  return (
    <li>
      <button
        type="button"
        class={wrong ? 'sample tile wrong' : 'sample tile'}
        aria-pressed={state.input?.id === item.input.id}
        title={`${item.input.name}: ${words}`}
        disabled={answer === null || answer.kind === 'failed'}
        onClick={() => {
          dispatch({ kind: 'choose-input', input: item.input });
        }}
      >
        <TilePicture answer={answer} colors={state.display.colorMap} />
        <span class="visually-hidden">{item.input.name}: </span>
        <span class="caption">
          {wrong && <Icon name="wrong" />} {wrong && 'said '}
          {said || (answer ? 'not explained' : '…')}
        </span>
        <span class="caption sure">{wrong ? `is ${truth}` : sure || item.input.name}</span>
      </button>
    </li>
  );
}

function wordsOf(answer: WallAnswer | null, said: string, sure: string, truth: string | null): string {
  if (answer === null) return 'on its way';
  if (answer.kind === 'failed') return answer.message;
  return `${said}${sure && `, ${sure}`}${truth === null ? '' : `, but it is ${truth}`}`;
}

function TilePicture({
  answer,
  colors,
}: {
  readonly answer: WallAnswer | null;
  readonly colors: ViewProps['state']['display']['colorMap'];
}) {
  if (answer?.kind !== 'explained') return <span class="tile-picture empty" />;
  const { picture, map } = answer;
  return (
    <span
      class={picture.image ? 'tile-picture' : 'tile-picture curve-and-strip'}
      style={picture.image ? { '--aspect': aspectOf(answer) } : undefined}
    >
      {picture.image ? (
        <ImageCanvas image={picture.image} class="layer" />
      ) : (
        <SignalCurve values={picture.signal ?? new Float32Array()} class="curve" />
      )}
      <MapCanvas
        map={map}
        colors={colors}
        seeThrough={picture.image !== null}
        class={picture.image ? 'layer over' : 'strip'}
      />
    </span>
  );
}
