import type { GalleryItem } from '../protocol/descriptions.ts';
import type { BuiltInName } from '../protocol/sources.ts';
import { classNameOf } from '../state/selectors.ts';
import { galleryPages, sampleOf, testSamples } from '../state/state.ts';
import type { ViewProps } from './app.tsx';
import { Icon } from './icon.tsx';
import { Thumbnail } from './thumbnail.tsx';
import { useChosenInView } from './use-chosen-in-view.ts';

/** Test samples to choose from: a picture, the true class, and what the network says. */
export function Gallery({ state, dispatch, name }: ViewProps & { name: BuiltInName }) {
  const { gallery, galleryFirst, input } = state;
  const page = galleryPages[name];
  const indexOf = ({ id }: GalleryItem): number => Number(id.slice(id.indexOf(':') + 1));
  const row = useChosenInView<HTMLUListElement>(`${input?.id ?? ''} ${gallery[0]?.id ?? ''}`);
  return (
    <>
      <ul class="gallery" ref={row} aria-label="Test samples">
        {gallery.map((item) => {
          const isRight = item.label === item.predicted;
          const truth = classNameOf(state, item.label);
          const said = classNameOf(state, item.predicted);
          return (
            <li key={item.id}>
              <button
                type="button"
                class={isRight ? 'sample' : 'sample wrong'}
                aria-pressed={input?.id === item.id}
                aria-label={`Sample ${indexOf(item)}: ${isRight ? `${truth}, recognized` : `said ${said}, is ${truth}`}`}
                title={`Sample ${indexOf(item)}: it is ${truth}, the network says ${said}`}
                onClick={() => {
                  dispatch({ kind: 'choose-input', input: sampleOf(name, indexOf(item)) });
                }}
              >
                <Thumbnail item={item} />
                <span class="caption">
                  <Icon name={isRight ? 'right' : 'wrong'} /> {!isRight && 'said '}
                  {said}
                </span>
                {!isRight && (
                  <>
                    {' '}
                    <span class="caption">is {truth}</span>
                  </>
                )}
              </button>
            </li>
          );
        })}
        {gallery.length === 0 &&
          Array.from({ length: page }, (_, index) => <li key={index} class="sample empty" />)}
      </ul>
      <div class="pager">
        <button
          type="button"
          disabled={galleryFirst === 0}
          onClick={() => {
            dispatch({ kind: 'page-gallery', first: galleryFirst - page });
          }}
        >
          <Icon name="previous" /> Previous
        </button>
        <span>
          samples {galleryFirst}–{Math.min(galleryFirst + page, testSamples[name]) - 1} of {testSamples[name]}
        </span>
        <button
          type="button"
          disabled={galleryFirst + page >= testSamples[name]}
          onClick={() => {
            dispatch({ kind: 'page-gallery', first: galleryFirst + page });
          }}
        >
          Next <Icon name="next" />
        </button>
      </div>
    </>
  );
}
