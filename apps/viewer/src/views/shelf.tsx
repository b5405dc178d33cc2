import type { ComponentChildren } from 'preact';
import { builtInModels } from '../state/state.ts';
import { shelfBytes, type SmallPicture } from '../state/shelf.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import type { ViewProps } from './app.tsx';
import { megabytes } from './format.ts';
import { Icon } from './icon.tsx';
import { Thumbnail } from './thumbnail.tsx';
import { useChosenInView } from './use-chosen-in-view.ts';

/** Networks to choose from: those that come along, and the user's own. */
export function NetworkShelf({
  state,
  dispatch,
  available,
}: ViewProps & { readonly available: readonly BuiltInName[] }) {
  const { model, shelf } = state;
  // What was taken off, or is still being opened, is here as long as it is looked at.
  const isOnShelf = model.kind !== 'files' || shelf.models.some(({ id }) => id === model.id);
  const own = isOnShelf ? shelf.models : [...shelf.models, model];
  const all = [...available.map((name) => builtInModels[name]), ...own];
  return (
    <ul class="segments" aria-label="Networks">
      {all.map((each) => (
        <Chip
          key={each.id}
          name={each.name}
          isRemovable={each.kind === 'files' && shelf.models.includes(each)}
          onRemove={() => {
            dispatch({ kind: 'take-off-shelf', id: each.id });
          }}
        >
          <button
            type="button"
            class={each.kind === 'files' ? 'own' : ''}
            title={each.name}
            aria-pressed={model.id === each.id}
            onClick={() => {
              dispatch({ kind: 'return-to-model', model: each });
            }}
          >
            {each.name}
          </button>
        </Chip>
      ))}
    </ul>
  );
}

/** The user's own inputs, small. */
export function InputShelf({ state, dispatch }: ViewProps) {
  const { input, shelf } = state;
  const row = useChosenInView<HTMLUListElement>(`${input?.id ?? ''} ${shelf.inputs.length}`);
  if (shelf.inputs.length === 0) return null;
  return (
    <ul class="gallery own-inputs" ref={row} aria-label="Your inputs">
      {shelf.inputs.map(({ input: each, picture }) => (
        <Chip
          key={each.id}
          name={each.name}
          isRemovable
          onRemove={() => {
            dispatch({ kind: 'take-off-shelf', id: each.id });
          }}
        >
          <ShelvedPicture
            picture={picture}
            name={each.name}
            isChosen={input?.id === each.id}
            onChoose={() => {
              dispatch({ kind: 'choose-input', input: each });
            }}
          />
        </Chip>
      ))}
    </ul>
  );
}

function ShelvedPicture({
  picture,
  name,
  isChosen,
  onChoose,
}: {
  readonly picture: SmallPicture;
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <button type="button" class="sample" aria-pressed={isChosen} title={name} onClick={onChoose}>
      <Thumbnail item={picture} />
      <span class="caption">
        {name.split(BREAKS).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={i} />, part]))}
      </span>
    </button>
  );
}

/** Where names of files break into lines rather than in the midst of a word. */
const BREAKS = /(?=[._-])/;

interface ChipProps {
  readonly name: string;
  readonly isRemovable: boolean;
  readonly onRemove: () => void;
  readonly children: ComponentChildren;
}

/** Something to choose, with a way to take it off the shelf. */
function Chip({ name, isRemovable, onRemove, children }: ChipProps) {
  return (
    <li class={isRemovable ? 'chip removable' : 'chip'}>
      {children}
      {isRemovable && (
        <button
          type="button"
          class="remove"
          aria-label={`Take ${name} off the shelf`}
          title="Take it off the shelf"
          onClick={onRemove}
        >
          <Icon name="wrong" />
        </button>
      )}
    </li>
  );
}

/** What the shelf takes, whether it is kept, and how to be rid of it. */
export function ShelfNote({ state, dispatch }: ViewProps) {
  const { shelf } = state;
  const { keeping } = shelf;
  const isEmpty = shelf.models.length + shelf.inputs.length === 0;
  if (isEmpty && keeping.status !== 'refused') return null;
  return (
    <div class="shelf-note">
      {'reason' in keeping && (
        <p class="warning" role="status">
          {keeping.reason}
        </p>
      )}
      {!isEmpty && (
        <p class="hint">
          {keeping.status === 'kept' ? 'Kept on this machine' : 'On the shelf'}:{' '}
          {megabytes(shelfBytes(shelf))}.{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              dispatch({ kind: 'clear-shelf' });
            }}
          >
            Clear the shelf
          </button>
        </p>
      )}
    </div>
  );
}
