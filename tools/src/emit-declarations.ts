import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/**
 * Writes the declarations that sources of a package need to `target`, in the layout of `src`. They name each other as the
 * JavaScript files they would describe, which every version of TypeScript follows.
 *
 * @param sources paths from `folder`, all below `src`
 * @throws Error with the compiler's messages about the package's own files
 */
export async function emitDeclarations(
  folder: string,
  sources: readonly string[],
  target: string,
): Promise<void> {
  const declarations = compile(folder, sources);
  const needed = new Map<string, string>();
  for (const source of sources) {
    withImports(posix.relative('src', source).replace(/\.ts$/, '.d.ts'), declarations, needed);
  }
  await Promise.all(
    [...needed].map(async ([path, text]) => {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), text);
    }),
  );
}

/** The declarations of all files of the package that its `sources` reach, by path below `src`. */
function compile(folder: string, sources: readonly string[]): Map<string, string> {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(formatted([diagnostic]));
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), {}, host);
  if (config === undefined) throw new Error(`${folder} has no tsconfig.json`);
  const ambient = config.fileNames.filter((file) => file.endsWith('.d.ts'));
  const { tsBuildInfoFile: _, ...options } = {
    ...config.options,
    composite: false,
    incremental: false,
    // Half of the time, for what `tsc -b` checks.
    noCheck: true,
  };
  const program = ts.createProgram({
    rootNames: [...sources.map((source) => join(folder, source)), ...ambient],
    options,
  });
  const source = join(folder, 'src');
  // Packages it imports are compiled along with it, and have their own declarations. Their faults are theirs as well, and may
  // only be for want of their own ambient declarations.
  const own = program.getSourceFiles().filter(({ fileName }) => resolve(fileName).startsWith(source + sep));
  const declarations = new Map<string, string>();
  const problems = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of own) {
    problems.push(...program.getSyntacticDiagnostics(file));
    const path = relative(source, resolve(file.fileName)).split(sep).join('/');
    const { diagnostics } = program.emit(file, (_, text) => {
      declarations.set(path.replace(/\.ts$/, '.d.ts'), text);
    });
    problems.push(...diagnostics);
  }
  if (problems.length > 0) throw new Error(formatted(problems));
  return declarations;
}

/** Adds a declaration file and all that it imports, directly or not, to those found. */
function withImports(
  path: string,
  declarations: ReadonlyMap<string, string>,
  found: Map<string, string>,
): void {
  const text = declarations.get(path);
  if (text === undefined) throw new Error(`there is no declaration file ${path}`);
  let published = '';
  let copied = 0;
  const imported: string[] = [];
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    const module = moduleInPackage(fileName, path);
    if (module === undefined) continue;
    imported.push(`${module}.d.ts`);
    const start = text.indexOf(fileName, pos);
    const specifier = posix.relative(posix.dirname(path), `${module}.js`);
    published += text.slice(copied, start) + (specifier.startsWith('.') ? specifier : `./${specifier}`);
    copied = start + fileName.length;
  }
  found.set(path, published + text.slice(copied));
  for (const next of imported) if (!found.has(next)) withImports(next, declarations, found);
}

/** The path below `src`, without its ending, of a module of this package; undefined for other packages. */
function moduleInPackage(specifier: string, importer: string): string | undefined {
  // Both platforms export the same.
  if (specifier === '#platform') return 'platform/browser';
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(importer), specifier).replace(/\.ts$/, '');
}

function formatted(diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => '\n',
  });
}
