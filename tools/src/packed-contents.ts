import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { packageOf } from './package-name.ts';
import type { Manifest } from './packed-project.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** The paths in `exports`, `imports` and `bin` of a packed package.json at which the package has no file. */
export function missingFiles({ exports, imports, bin }: Manifest, files: Files): string[] {
  return pathsIn(Object.values({ exports, imports, bin })).filter(
    (path) => !files.has(path.replace('./', '')),
  );
}

function pathsIn(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(pathsIn) : [];
}

/** What the scripts and declarations of a packed package import, but its package.json does not bring along. */
export function undeclaredImports(manifest: Manifest, files: Files): string[] {
  const known = new Set([manifest.name, ...declaredNames(manifest).keys()]);
  const undeclared = [...files].flatMap(([path, data]) => {
    if (!/\.(js|d\.ts)$/.test(path)) return [];
    return ts
      .preProcessFile(new TextDecoder().decode(data), true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((specifier) => !/^[.#]/.test(specifier) && !isBuiltin(specifier))
      .map(packageOf)
      .filter((name) => !known.has(name))
      .map((name) => `${path}: ${name}`);
  });
  return [...new Set(undeclared)];
}

/** Dependencies and peer dependencies by name, with their ranges. */
export function declaredNames({ dependencies, peerDependencies }: Manifest): Map<string, string> {
  return new Map(Object.entries({ ...dependencies, ...peerDependencies }));
}
