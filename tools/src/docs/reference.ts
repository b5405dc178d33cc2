import { relative } from 'node:path';
import { Application, Converter, LogLevel, type TypeDocOptions } from 'typedoc';
import { REPOSITORY } from '../workspace.ts';

/** Options of TypeDoc besides those that say what is read. */
export const LOOK = {
  name: 'ablation-cam',
  hideGenerator: true,
  includeHierarchySummary: false,
  searchInComments: true,
  searchInDocuments: true,
  navigation: { includeGroups: false, includeCategories: false },
  headings: { readme: false, document: false },
  highlightLanguages: ['bash', 'html', 'javascript', 'json', 'python', 'tsx', 'typescript', 'vue'],
  sort: ['documents-first', 'alphabetical-ignoring-documents'],
} satisfies Partial<TypeDocOptions>;

/**
 * Builds the site: the reference of all entries from their doc comments, and the documents that the options name.
 *
 * @param names specifiers by the file that is their entry
 * @throws Error with what TypeDoc warned of: a site is built without warnings or not at all
 */
export async function buildReference(
  options: Partial<TypeDocOptions>,
  names: ReadonlyMap<string, string>,
  out: string,
): Promise<void> {
  const app = await Application.bootstrap({
    ...LOOK,
    ...options,
    entryPoints: [...names.keys()],
    disableGit: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    // The compiler of the workspace has checked the sources.
    skipErrorChecking: true,
    validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: false },
    logLevel: LogLevel.Warn,
  });
  // TypeDoc names modules by their paths; users know them by what they import.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const file = module.sources?.[0]?.fullFileName;
      const name = names.get(file ?? '');
      if (name !== undefined) module.name = name;
    }
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the sources.');
  app.validate(project);
  await app.generateDocs(project, out);
  if (app.logger.hasWarnings() || app.logger.hasErrors()) {
    throw new Error(
      `TypeDoc warned of the lines above; ${relative(REPOSITORY, out)} is not to be published.`,
    );
  }
}
