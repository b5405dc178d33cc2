import { howWords } from './how-words.ts';
import { inputTitle } from './input-title.ts';
import { methodTitles } from './method-titles.ts';
import type { PinnedView } from './pinned-view.ts';

/** What a view is of, in the words in which views differ. */
export interface ViewFacts {
  readonly class: string;
  readonly method: string;
  readonly layer: string;
  readonly input: string;
  readonly network: string;
}

export function factsOf({ explained, map, className, about }: PinnedView): ViewFacts {
  const { run, contrast } = map;
  const names = about.classNames ?? explained.model.classNames;
  const against = contrast === null ? '' : ` rather than ${names?.[contrast] ?? `class ${contrast}`}`;
  return {
    class: className + against,
    method: `${methodTitles[run.method]} (${howWords(run)})`,
    layer: run.layers.length === 0 ? 'the input itself' : run.layers.join(),
    input: inputTitle(explained.input.name),
    network: about.model.name,
  };
}
