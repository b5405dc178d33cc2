import type { Project } from './project.ts';

type Manifest = Readonly<Record<string, unknown>>;

/**
 * Returns a published package's manifest with what registries show of a project, in the places where it is, or behind the
 * description.
 *
 * @param directory of the package in the repository, with slashes
 */
export function withPlaces(
  manifest: Manifest,
  directory: string,
  { repository, keywords }: Project,
): Manifest {
  const places = {
    keywords,
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: 'git', url: `git+${repository}.git`, directory },
  };
  const rest = Object.entries(manifest).filter(([key]) => !Object.hasOwn(places, key));
  const behind = rest.findIndex(([key]) => key === 'description') + 1;
  return Object.fromEntries([...rest.slice(0, behind), ...Object.entries(places), ...rest.slice(behind)]);
}

/** Returns `CITATION.cff` with the places and the version of the packages. */
export function citationOf(text: string, { repository, site }: Project, version: string): string {
  return setLines(text, { version, 'repository-code': repository, url: site });
}

/** Returns the list of links beside the issue forms with the project's own places. */
export function contactsOf(text: string, { repository, site }: Project): string {
  const links = [site, `${repository}/security/policy`];
  let next = 0;
  const found = text.replace(/^( +url: ).*$/gm, (line, start: string) => {
    const link = links[next++];
    return link === undefined ? line : start + link;
  });
  if (next !== links.length)
    throw new Error(`Expected ${links.length} links in the contacts, found ${next}.`);
  return found;
}

/** Gives the keys of a YAML text that stand at the beginning of a line, each of which has to be there, plain values. */
function setLines(text: string, values: Readonly<Record<string, string>>): string {
  let changed = text;
  for (const [key, value] of Object.entries(values)) {
    const line = new RegExp(`^${key}: .*$`, 'm');
    if (!line.test(changed)) throw new Error(`Expected a line "${key}: ...", found none.`);
    changed = changed.replace(line, () => `${key}: ${value}`);
  }
  return changed;
}
