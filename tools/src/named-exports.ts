import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OnLoadResult } from 'esbuild';

/** Where the module ends up; in one piece it would become the URL of this file wherever this file is bundled. */
const BUNDLE = ['import', 'meta', 'url'].join('.');

const known = new Map<string, Promise<readonly string[]>>();

/**
 * A module that requires a CommonJS file at run time and exports what the file exports now, at build time, by name. Behind an
 * `import` Node looks for these names itself, at every start: in TensorFlow.js for 0.25 s, three times what loading it takes.
 *
 * @param specifier what is required at run time: a path, or a package's name that is found from the bundle
 * @param path the file as it is here
 */
export async function namedExports(specifier: string, path: string): Promise<OnLoadResult> {
  const found = known.get(path) ?? namesIn(path);
  known.set(path, found);
  const names = (await found).filter((name) => name !== 'default' && name !== '__esModule');
  const contents = [
    `import { createRequire } from 'node:module';`,
    `const exported = createRequire(${BUNDLE})(${JSON.stringify(specifier)});`,
    `export default exported;`,
    // Under names of our own first, because an exported name may be a reserved word.
    ...names.map((name, index) => `const export${index} = exported.${name};`),
    `export { ${names.map((name, index) => `export${index} as ${name}`).join(', ')} };`,
  ];
  return { contents: contents.join('\n'), loader: 'js' };
}

/** In a thread of its own, where what the file does when it is loaded, such as registering a backend, ends with the thread. */
async function namesIn(path: string): Promise<readonly string[]> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.postMessage(Object.keys(require(workerData)));`,
    { eval: true, workerData: path },
  );
  const [names] = (await once(worker, 'message')) as [readonly string[]];
  await worker.terminate();
  return names;
}
