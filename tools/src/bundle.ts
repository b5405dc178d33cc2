import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as esbuild, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';
import { namedExports } from './named-exports.ts';

export type Platform = 'node' | 'browser';

/** Packages of this workspace; everything else with a bare name comes from the registry. */
export const OWN_SCOPE = '@ablation-cam/';

/** How this project's sources are bundled, whatever for: from source, with shaders as text and weights as bytes. */
export function bundleOptions(platform: Platform): BuildOptions {
  return {
    bundle: true,
    platform,
    format: 'esm',
    target: platform === 'node' ? 'node20.11' : 'es2023',
    conditions: ['source'],
    // In Node the files that Node itself would load; in the browser those meant for bundlers.
    mainFields: platform === 'node' ? ['main'] : ['browser', 'module', 'main'],
    loader: { '.wgsl': 'text', '.bin': 'binary', '.webp': 'binary' },
    charset: 'utf8',
    logLevel: 'warning',
  };
}

/**
 * A bundle that runs from any folder of this checkout: sources of all packages inside; in Node registry packages stay
 * outside, named by absolute path, because pnpm lets a package see only its own dependencies.
 */
export function bundleToRun(
  platform: Platform,
  options: BuildOptions,
  plugins: Plugin[] = [],
): Promise<BuildResult> {
  return esbuild({
    ...bundleOptions(platform),
    splitting: true,
    ...options,
    plugins: platform === 'node' ? [...plugins, sourceUrls, absoluteExternals] : plugins,
  });
}

/** CommonJS packages so large that their names are found when bundling. */
export const LARGE_COMMON_JS = /^@tensorflow\/[^/]+$/;

const REQUIRED = 'required';

/** Leaves registry packages outside the bundle, under the absolute URL of the file that their importer sees. */
const absoluteExternals: Plugin = {
  name: 'absolute-externals',
  setup(build) {
    build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => namedExports(path, path));
    build.onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === absoluteExternals || from.kind === 'entry-point') return;
      if (path.startsWith(OWN_SCOPE) || path.startsWith('node:')) return;
      const { importer, resolveDir, kind } = from;
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: absoluteExternals });
      if (found.external || found.errors.length > 0) return found;
      if (LARGE_COMMON_JS.test(path)) return { path: found.path, namespace: REQUIRED };
      return { path: pathToFileURL(found.path).href, external: true };
    });
  },
};

/** Gives `import.meta.url` the value it has in the source file: files and packages are found from there, not the bundle. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      return { contents: withSourceUrl(source, path), loader: 'ts', resolveDir: dirname(path) };
    });
  },
};

/** A source in which `import.meta.url` is the URL of its own file, wherever it is bundled to. */
export function withSourceUrl(source: string, path: string): string {
  return source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
}
