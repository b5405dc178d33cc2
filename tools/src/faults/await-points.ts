import { readFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { withSourceUrl } from '../bundle.ts';
import { REPOSITORY } from '../workspace.ts';
import { AWAIT_EACH, AWAIT_POINT, rewriteAwaits } from './rewrite-awaits.ts';

const POINTS = JSON.stringify(fileURLToPath(new URL('./points.ts', import.meta.url)));

/** What is followed: what the packages and apps do, not what their tests do. */
const PRODUCT = /^(packages|apps)\/[^/]+\/src\//;

/** Bundles the sources of this workspace so that every `await` in them is a point. */
export const awaitPoints: Plugin = {
  name: 'await-points',
  setup(build) {
    build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const name = relative(REPOSITORY, path).replaceAll(sep, '/');
      if (!PRODUCT.test(name)) return undefined;
      const source = await readFile(path, 'utf8');
      const rewritten = rewriteAwaits(source, name);
      if (rewritten === null) return undefined;
      // On the first line, so that all others keep their numbers.
      const contents = `import { awaitEach as ${AWAIT_EACH}, awaitPoint as ${AWAIT_POINT} } from ${POINTS}; ${withSourceUrl(rewritten, path)}`;
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts', resolveDir: dirname(path) };
    });
  },
};
