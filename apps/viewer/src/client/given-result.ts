import type { ResultSource } from '../protocol/results.ts';
import type { GivenFiles } from './given-files.ts';

const GROUP = 'zarr.json';

/** Returns the result of `explain-set` among files that were given: a Zarr group, with whatever came along beside it; else null. */
export function givenResult({ files, paths }: GivenFiles, id: string): ResultSource | null {
  const pathOf = (file: File): string => paths.get(file) ?? file.name;
  const [group] = files
    .filter(({ name }) => name === GROUP)
    .sort((a, b) => pathOf(a).length - pathOf(b).length);
  if (!group) return null;
  const folder = pathOf(group).slice(0, -GROUP.length);
  const inside = files.filter((file) => pathOf(file).startsWith(folder));
  return {
    kind: 'files',
    id,
    name: folder.split('/').at(-2) ?? 'the result',
    files: new Map(inside.map((file) => [pathOf(file).slice(folder.length), file])),
    pictures: new Map(files.flatMap((file) => (inside.includes(file) ? [] : [[pathOf(file), file]]))),
  };
}

/** Returns the result that the address of the page names (`?result=`), beside the page and nowhere else; null where it names none. */
export function linkedResult(search: string, base: string): ResultSource | null {
  const text = new URLSearchParams(search).get('result');
  const url = text === null ? null : URL.parse(text.replace(/\/*$/, '/'), base);
  if (url?.origin !== new URL(base).origin) return null;
  return {
    kind: 'served',
    id: url.href,
    name: url.pathname.split('/').at(-2) ?? 'the result',
    url: url.href,
  };
}
