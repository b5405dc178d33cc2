import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChromium } from '../src/chromium.ts';
import { denoCommand } from '../src/deno.ts';
import { declaredNames, missingFiles, undeclaredImports } from '../src/packed-contents.ts';
import {
  bareProject,
  LIBRARIES,
  packPackages,
  TYPESCRIPT,
  type BareProject,
  type PackedPackage,
} from '../src/packed-project.ts';
import { sizeBudgets } from '../src/sizes.ts';
import { measureSizes } from '../src/sizes/measure-sizes.ts';
import { sizesOver } from '../src/sizes/size-table.ts';
import { REPOSITORY } from '../src/workspace.ts';

const EXAMPLE = 'packages/xai/examples/explain.ts';
/** Where the READMEs say that TensorFlow.js's files are. */
const WASM_FILES = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
const EXAMPLE_OUTPUT = [
  /^class 2, probability 0\.99\d$/,
  /^25 channels together, on (webgpu|onnxruntime|tfjs|reference)$/,
  /^most relevant position: \d+ of 40$/,
];

/** The example again, told where TensorFlow.js's files are. */
const PATH_GIVEN =
  "import { useBackend } from '@ablation-cam/model';\n\nawait useBackend('auto', { wasmPath: '/assets/wasm/' });\n";

/** Fails twice for want of the files: TensorFlow.js keeps to the place of the first attempt. */
const PATH_LATE = `
import { embeddedModel, useBackend } from '@ablation-cam/model';

for (const attempt of [() => embeddedModel('mnist1d'), () => useBackend('auto', { wasmPath: '/assets/wasm/' })]) {
  await attempt().catch((error: Error & { code?: string }) => {
    console.log(\`\${error.name} \${error.code}: \${error.message}\`);
  });
}
`;

const NO_ADAPTER = `
import { embeddedModel, readInput } from '@ablation-cam/model';
import { ablationCam } from '@ablation-cam/xai';

const { model } = await embeddedModel('mnist1d');
const input = await readInput('mnist1d:0', { shape: [40, 1] });
const { executor, adapter, explanations } = await ablationCam(model, input);
const { classIndex, classScore } = explanations[0];
console.log(JSON.stringify({ executor, adapter, classIndex, classScore }));
`;

/** All entries of xai together: TensorFlow.js works as if they were not there, errors are of one class, drawings find their fonts. */
const DOORS = `
import * as tf from '@tensorflow/tfjs';
import * as kernels from '@ablation-cam/kernels';
import * as model from '@ablation-cam/model';
import { KernelsError, ModelError, XaiError } from '@ablation-cam/xai';
import { renderPng } from '@ablation-cam/xai/drawing';
import { keptShares, rankCorrelation } from '@ablation-cam/xai/metrics';

console.log(tf.tensor1d([1, 2]).sum().dataSync()[0]);
console.log(KernelsError === kernels.KernelsError && ModelError === model.ModelError);
console.log(rankCorrelation([1, 2, 3], [1, 5, 9]));
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><text y="9">a</text></svg>';
console.log(String.fromCharCode(...(await renderPng(svg)).subarray(1, 4)));
const attempts = [
  () => renderPng('none'),
  async () => keptShares({ shape: [1], data: Float32Array.of(1) }, [1], { kind: 'top-fraction', fraction: 2 }),
];
for (const attempt of attempts) {
  await attempt().catch((error: unknown) => {
    console.log(error instanceof XaiError ? error.code : error);
  });
}
`;
const DOORS_OUTPUT = ['3', 'true', '1', 'PNG', 'invalid-input', 'invalid-option'];

/** One mistake a line: declarations that went missing would let them pass. */
const MISTAKES = `
import { planTail } from '@ablation-cam/kernels';
import { embeddedModel } from '@ablation-cam/model';
import { ablationCam } from '@ablation-cam/xai';
import { colorMap } from '@ablation-cam/xai/drawing';
import { rankCorrelation } from '@ablation-cam/xai/metrics';
planTail(1);
await embeddedModel('none');
await ablationCam('model', 'input');
colorMap('none');
rankCorrelation(1);
`;

interface Context {
  packed: readonly PackedPackage[];
  project: BareProject | undefined;
  browser: Browser | undefined;
}

const test = suite<Context>('packed packages', { packed: [], project: undefined, browser: undefined });

const inProject = (
  title: string,
  callback: (project: BareProject, context: Context) => Promise<void>,
): void => {
  test(title, async (context) => {
    if (context.project === undefined) throw new Error('there is no project');
    await callback(context.project, context);
  });
};

test.before(async (context) => {
  context.packed = await packPackages(LIBRARIES);
  context.project = await bareProject(context.packed);
  for (const { manifest, files } of context.packed) {
    await context.project.write(readmeFile(manifest.name), firstExample(files));
  }
  await context.project.write('doors.ts', DOORS);
});

test.after(async ({ project, browser }) => {
  await browser?.close();
  await project?.dispose();
});

test('hold the files that they name, and lead nowhere else', ({ packed }) => {
  for (const { manifest, files } of packed) {
    const { name } = manifest;
    assert.equal(missingFiles(manifest, files), [], name);
    assert.not.match(JSON.stringify([manifest.exports, manifest.imports]), /src|source/, name);
    assert.equal(undeclaredImports(manifest, files), [], name);
    for (const [dependency, range] of declaredNames(manifest)) {
      assert.not.match(range, /^(workspace|catalog):/, `${name}: ${dependency}`);
    }
    assert.ok(files.has('LICENSE') && files.has('README.md'), `${name} has a licence and says what it is`);
  }
});

inProject('weigh no more than they may, on a disk and in a page', async (project, { packed }) => {
  assert.equal(sizesOver(await measureSizes(packed, project), await sizeBudgets()), []);
});

inProject(
  'run the examples of their READMEs in Node, where the process ends by itself',
  async (project, { packed }) => {
    for (const { manifest, files } of packed) {
      const lines = await runProgram(project, readmeFile(manifest.name));
      const said = [...firstExample(files).matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(
        ([, text]) => text,
      );
      if (manifest.name === '@ablation-cam/xai') assertExampleOutput(lines);
      else assert.equal(lines, said, manifest.name);
    }
  },
);

inProject('run the examples of their READMEs in Deno', async (project, { packed }) => {
  const deno = await denoCommand();
  if (!deno) return;
  for (const { manifest, files } of packed) {
    const args = [...deno.args, '--node-modules-dir=manual', '--no-check', readmeFile(manifest.name)];
    const lines = linesOf(await project.run(deno.program, args, deno.env));
    const said = [...firstExample(files).matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
    if (manifest.name === '@ablation-cam/xai') assertExampleOutput(lines);
    else assert.equal(lines, said, manifest.name);
  }
});

inProject('have several entries that agree with each other', async (project) => {
  assert.equal(await runProgram(project, 'doors.ts'), DOORS_OUTPUT);
});

test('show the example of the main README where xai is installed', async ({ packed }) => {
  const xai = packed.find(({ manifest }) => manifest.name === '@ablation-cam/xai');
  assert.is(xai && firstExample(xai.files), await readFile(join(REPOSITORY, EXAMPLE), 'utf8'));
});

inProject('a device that nobody disposed of keeps no Node process from ending', async (project) => {
  const code = `
    import { requestDevice } from '@ablation-cam/kernels';
    globalThis.device = await requestDevice();
    console.log('end');`;
  await project.write('careless.mjs', code);
  assert.is((await project.run(process.execPath, ['careless.mjs'])).trim(), 'end');
});

inProject(
  'declare types that hold in the strictest project, and find mistakes',
  async (project, { packed }) => {
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    };
    const files = ['mistakes.ts', 'doors.ts', ...packed.map(({ manifest }) => readmeFile(manifest.name))];
    await project.write('mistakes.ts', MISTAKES);
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    // Declarations of TensorFlow.js 4.22 contradict each other and TypeScript's own of WebGPU. They are linked, so their
    // messages name files outside the project.
    const messages = await project
      .run(process.execPath, [TYPESCRIPT, '-p', '.', '--pretty', 'false'])
      .catch((error: unknown) => (error as { stdout: string }).stdout);
    const own = messages.split('\n').filter((line) => line.includes('error TS') && !line.startsWith('..'));
    const places = own.map((line) => line.slice(0, line.indexOf(',')));
    assert.equal(
      places,
      [7, 8, 9, 10, 11].map((line) => `mistakes.ts(${line}`),
      own.join('\n'),
    );
  },
);

test('without any WebGPU adapter the CPU explains, and says why', async ({ packed }) => {
  for (const [missing, reason] of [
    ['webgpu', /^WebGPU in Node needs the package webgpu, which is not installed; run `npm install webgpu`/],
    ['@sparticuz/chromium', /`npm install @sparticuz\/chromium`/],
  ] as const) {
    // Elsewhere the system has the driver, or there is no other.
    if (missing !== 'webgpu' && !(process.platform === 'linux' && process.arch === 'x64')) continue;
    const project = await bareProject(packed, [missing]);
    try {
      await project.write('no-adapter.mjs', NO_ADAPTER);
      // No such driver: this machine may have others.
      const env = { VK_DRIVER_FILES: '/none.json', VK_ICD_FILENAMES: '/none.json' };
      const found = JSON.parse(await project.run(process.execPath, ['no-adapter.mjs'], env)) as {
        executor: { chosen: string; reason: string };
        adapter: null;
        classIndex: number;
      };
      assert.ok(['onnxruntime', 'tfjs', 'reference'].includes(found.executor.chosen));
      assert.match(found.executor.reason, reason);
      assert.is(found.adapter, null);
      assert.is(found.classIndex, 2);
    } finally {
      await project.dispose();
    }
  }
});

inProject('bundled by stock esbuild, run the example in a browser', async (project, context) => {
  context.browser = await launchChromium();
  const example = await readFile(join(project.folder, 'readme-xai.ts'), 'utf8');
  await project.write('path-given.ts', PATH_GIVEN + example);
  await project.write('path-late.ts', PATH_LATE);
  const site = await bundle(project, ['readme-xai', 'path-given', 'path-late', 'doors']);
  const open = (name: string, wasmFolder: string | null): Promise<string[]> =>
    printed(context.browser!, project, site, name, wasmFolder);

  assertExampleOutput(await open('readme-xai', '/'));
  assertExampleOutput(await open('path-given', '/assets/wasm/'));
  assert.equal(await open('doors', null), DOORS_OUTPUT);
  const [first = '', second = ''] = await open('path-late', null);
  assert.match(
    first,
    /^ModelError not-found: .* were not found beside the page .* useBackend\('auto', \{ wasmPath: /,
  );
  assert.match(second, /^ModelError not-found: .* give `wasmPath` in the first call/);
});

test.run();

function readmeFile(name: string): string {
  return `readme-${basename(name)}.ts`;
}

/** The first TypeScript block of a package's README. */
function firstExample(files: PackedPackage['files']): string {
  const readme = new TextDecoder().decode(files.get('README.md'));
  return /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? '';
}

/** Runs a TypeScript file of the project in Node, unbundled, and returns the lines it printed. */
async function runProgram(project: BareProject, file: string): Promise<string[]> {
  const { code } = await transform(await readFile(join(project.folder, file), 'utf8'), { loader: 'ts' });
  const program = file.replace(/\.ts$/, '.mjs');
  await project.write(program, code);
  return linesOf(await project.run(process.execPath, [program]));
}

function linesOf(output: string): string[] {
  return output.trimEnd().split('\n');
}

function assertExampleOutput(lines: readonly string[]): void {
  assert.is(lines.length, EXAMPLE_OUTPUT.length, lines.join('\n'));
  EXAMPLE_OUTPUT.forEach((pattern, index) => {
    assert.match(lines[index] ?? '', pattern);
  });
}

/** Bundled files by name. */
type Site = ReadonlyMap<string, Uint8Array>;

/** The bundles that a user's own call of esbuild makes, with nothing but its defaults for browsers. */
async function bundle(project: BareProject, names: readonly string[]): Promise<Site> {
  const { outputFiles, warnings } = await build({
    absWorkingDir: project.folder,
    entryPoints: names.map((name) => `${name}.ts`),
    outdir: 'site',
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  assert.equal(warnings, []);
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}

/**
 * Runs a bundled program in an empty page and returns what it printed, warnings of TensorFlow.js left out.
 *
 * @param wasmFolder where the page's server has TensorFlow.js's files; null for nowhere
 */
async function printed(
  browser: Browser,
  project: BareProject,
  site: Site,
  program: string,
  wasmFolder: string | null,
): Promise<string[]> {
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'log') lines.push(message.text());
  });
  await page.route('**', async (route) => {
    const path = new URL(route.request().url()).pathname;
    const name = basename(path);
    const script = path === `/site/${name}` ? site.get(name) : undefined;
    if (path === '/') await route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    else if (script) await route.fulfill({ contentType: 'text/javascript', body: Buffer.from(script) });
    else if (name.endsWith('.wasm') && path === `${String(wasmFolder)}${name}`) {
      await route.fulfill({ contentType: 'application/wasm', path: join(project.folder, WASM_FILES, name) });
    } else await route.fulfill({ status: 404 });
  });
  try {
    await page.goto('http://localhost/');
    await page.evaluate(`import('/site/${program}.js').then(() => undefined)`);
    return lines;
  } finally {
    await page.close();
  }
}
