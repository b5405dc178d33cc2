import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LayerDescription } from '../protocol/descriptions.ts';
import type { Dispatch } from '../client/store.ts';
import { blocksOf, foundLayers, type LayerBlock } from '../state/layer-blocks.ts';
import { Icon } from './icon.tsx';
import { LayerChoice } from './layer-choice.tsx';

interface LayerBlocksProps {
  readonly dispatch: Dispatch;
  readonly layers: readonly LayerDescription[];
  /** The name of the layer that is chosen. */
  readonly chosen: string;
  readonly onChoose: (layer: LayerDescription) => void;
}

/** More than these are not listed: a longer name finds fewer. */
const MOST_FOUND = 60;

/** The layers of a large network, folded into blocks, in a list that scrolls by itself. */
export function LayerBlocks({ layers, chosen, onChoose }: LayerBlocksProps) {
  const [words, setWords] = useState('');
  const blocks = useMemo(() => blocksOf(layers), [layers]);
  const found = words.trim() === '' ? null : foundLayers(layers, words);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const { current } = list;
    const box = current?.querySelector<HTMLElement>('.block.holds');
    if (!current || !box) return;
    // The list alone moves, and only where the chosen layer is out of sight.
    const isSeen =
      box.offsetTop >= current.scrollTop && box.offsetTop < current.scrollTop + current.clientHeight - 30;
    if (!isSeen) current.scrollTop = box.offsetTop - 40;
  }, [chosen, blocks, found === null]);
  return (
    <>
      <div class="controls">
        <input
          type="search"
          placeholder="Find a layer"
          aria-label="Find a layer by its name or type"
          value={words}
          onInput={(event) => {
            setWords(event.currentTarget.value);
          }}
        />
        <p class="hint" aria-live="polite">
          {found
            ? `${found.length} of ${layers.length} layers${found.length > MOST_FOUND ? `, the first ${MOST_FOUND} of them below` : ''}`
            : `${layers.length} layers in ${blocks.length} blocks; ${chosen} is chosen`}
        </p>
      </div>
      {found ? (
        <ul class="found">
          {found.slice(0, MOST_FOUND).map((layer) => (
            <li key={layer.name}>
              <LayerChoice layer={layer} isChosen={layer.name === chosen} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      ) : (
        <ol class="blocks" ref={list}>
          {blocks.map((block) => (
            <Block key={block.layers[0]?.name} block={block} chosen={chosen} onChoose={onChoose} />
          ))}
        </ol>
      )}
    </>
  );
}

/** A block by what leaves it; unfolded, every layer in it. */
function Block({
  block,
  chosen,
  onChoose,
}: Pick<LayerBlocksProps, 'chosen' | 'onChoose'> & { readonly block: LayerBlock }) {
  const { name, layers, branches, hasSkip, rest } = block;
  const output = layers.at(-1);
  const holds = layers.some((layer) => layer.name === chosen);
  const isInside = holds && output?.name !== chosen;
  const [isOpen, setOpen] = useState(isInside);
  useEffect(() => {
    if (isInside) setOpen(true);
  }, [isInside]);
  if (!output) return null;
  const choice = (layer: LayerDescription) => (
    <li key={layer.name}>
      <LayerChoice layer={layer} isChosen={layer.name === chosen} onChoose={onChoose} />
    </li>
  );
  return (
    <li class={holds ? 'block holds' : 'block'}>
      <div class="block-head">
        {isOpen ? (
          <span class="block-name">{name}</span>
        ) : (
          <LayerChoice layer={output} isChosen={output.name === chosen} onChoose={onChoose} />
        )}
        {layers.length > 1 && (
          <button
            type="button"
            class="quiet unfold"
            aria-expanded={isOpen}
            onClick={() => {
              setOpen(!isOpen);
            }}
          >
            <Icon name="next" />
            <span class="visually-hidden">{isOpen ? 'Fold' : 'Unfold'}</span> {insideText(block)}
            <span class={isOpen || name === output.name ? 'visually-hidden' : ''}> of {name}</span>
          </button>
        )}
      </div>
      {isOpen && (
        <div class="inside">
          {branches.length > 0 && (
            <div class="branches">
              {hasSkip && <p class="hint passed-on">passed on as it is</p>}
              {branches.map((branch) => (
                <ol key={branch[0]?.name} class="branch">
                  {branch.map(choice)}
                </ol>
              ))}
            </div>
          )}
          <ol class="rest">{rest.map(choice)}</ol>
        </div>
      )}
    </li>
  );
}

function insideText({ layers, branches, hasSkip }: LayerBlock): string {
  const ways = branches.length + (hasSkip ? 1 : 0);
  return `${layers.length} layers${ways > 1 ? `, ${ways} branches` : ''}`;
}
