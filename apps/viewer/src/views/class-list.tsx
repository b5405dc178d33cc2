import { listedClasses, maskedOf, predictedClass, shownMap, type ClassEntry } from '../state/selectors.ts';
import type { ViewProps } from './app.tsx';
import { probability } from './format.ts';

/** The classes with their scores as bars; choosing one shows its map, which is there already. */
export function ClassList({ state, dispatch }: ViewProps) {
  const explained = state.explained?.result;
  if (!explained) {
    // Room for them once they are on their way.
    const room = state.input ? ' classes-to-come' : '';
    return <p class={`hint${room}`}>The classes come with the first explanation.</p>;
  }
  const entries = listedClasses(state);
  const shown = shownMap(state)?.classIndex;
  const predicted = predictedClass(explained);
  const masked = maskedOf(state);
  const isShare = explained.probabilities !== null;
  const reach = Math.max(
    ...entries.flatMap(({ score, maskedScore }) => [Math.abs(score), Math.abs(maskedScore ?? 0)]),
  );
  const text = (score: number): string => (isShare ? probability(score) : score.toFixed(2));
  const bar = (score: number): { width: string } => ({
    width: `${(100 * Math.max(0, score)) / (isShare ? 1 : reach || 1)}%`,
  });
  return (
    <fieldset class="classes">
      <legend class="hint">
        {isShare ? 'Probability of each class.' : 'Logit of each class.'} Choose one to see what speaks for
        it.
        {masked && ` The striped bars: with ${count(masked.channels.length, 'channel')} off.`}
      </legend>
      {entries.map((entry) => (
        <label key={entry.index} class={entry.index === shown ? 'class shown' : 'class'}>
          <input
            type="radio"
            name="class"
            checked={entry.index === shown}
            onChange={() => {
              dispatch({ kind: 'change-display', display: { classIndex: entry.index } });
            }}
          />
          <span class="class-name" title={entry.name}>
            {entry.name}
            {entry.index === predicted && <span class="visually-hidden">, predicted</span>}
          </span>
          <span class="track" aria-hidden="true">
            <span class={entry.index === predicted ? 'bar predicted' : 'bar'} style={bar(entry.score)} />
            {entry.maskedScore !== null && <span class="bar masked" style={bar(entry.maskedScore)} />}
          </span>
          <Score entry={entry} text={text} />
        </label>
      ))}
      {entries.length < explained.logits.length && (
        <p class="hint">
          The likeliest {entries.length} of {explained.logits.length} classes.
        </p>
      )}
    </fieldset>
  );
}

function Score({ entry, text }: { entry: ClassEntry; text: (score: number) => string }) {
  return (
    <span class="score">
      {text(entry.score)}
      {entry.maskedScore !== null && (
        <span class="masked-score">
          <span class="visually-hidden">, with channels off </span>
          {text(entry.maskedScore)}
        </span>
      )}
    </span>
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
