import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { declaredNames, missingFiles, undeclaredImports } from '../src/packed-contents.ts';
import { bareProject, packPackages, type BareProject, type PackedPackage } from '../src/packed-project.ts';
import { OnnxBuilder } from '../src/testing/onnx-builder.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';

/** What users install beside the program where they want it. */
const NOT_INSTALLED = ['webgpu', 'onnxruntime-node', '@sparticuz/chromium', 'nsfwjs'];
const COMMAND = 'node_modules/@ablation-cam/cli/bin.mjs';
const PHOTO = `
import sharp from 'sharp';
await sharp({ create: { width: 48, height: 40, channels: 3, background: '#c08040' } }).jpeg().toFile('photo.jpg');
`;

interface Context {
  packed: PackedPackage | undefined;
  project: BareProject | undefined;
  home: string;
}

const test = suite<Context>('packed commands', { packed: undefined, project: undefined, home: '' });

/** Runs the command in the project, in an empty home, and returns what it printed on standard output. */
type Run = (...args: readonly string[]) => Promise<string>;

const withCommand = (
  title: string,
  callback: (run: Run, project: BareProject, home: string) => Promise<void>,
): void => {
  test(title, async ({ project, home }) => {
    if (project === undefined) throw new Error('there is no project');
    await callback(
      (...args) => project.run(process.execPath, [COMMAND, ...args], environment(home)),
      project,
      home,
    );
  });
};

function environment(home: string): Record<string, string> {
  return { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: '', ABLATION_CAM_SPEEDS: 'usual' };
}

test.before(async (context) => {
  const [packed] = await packPackages(['apps/cli']);
  if (!packed) throw new Error('nothing was packed');
  context.packed = packed;
  const project = await bareProject([packed], NOT_INSTALLED);
  context.project = project;
  context.home = join(project.folder, 'home');
  await mkdir(context.home);
  await project.write('photo.mjs', PHOTO);
  await project.run(process.execPath, ['photo.mjs']);
  await writeFile(join(project.folder, 'net.onnx'), smallNetwork());
});

test.after(async ({ project }) => {
  await project?.dispose();
});

test('hold the files that they name, and lead nowhere else', ({ packed }) => {
  if (!packed) throw new Error('nothing was packed');
  const { manifest, files } = packed;
  assert.equal(missingFiles(manifest, files), []);
  assert.equal(undeclaredImports(manifest, files), []);
  for (const [dependency, range] of declaredNames(manifest)) {
    assert.not.match(`${dependency} ${range}`, /@ablation-cam|workspace:|catalog:/, 'all of ours is inside');
  }
  for (const name of ['LICENSE', 'README.md', 'dist/published/THIRD-PARTY-NOTICES.txt'])
    assert.ok(files.has(name), name);
});

withCommand('explain a photo with an ONNX file', async (run, project) => {
  const printed = await run('explain', 'photo.jpg', '--model', 'net.onnx', '--normalize', 'imagenet');
  assert.match(printed, /explanation/);
  const text = await readFile(join(project.folder, 'explanation/explanation.json'), 'utf8');
  const { method } = JSON.parse(text) as { readonly method: string };
  assert.is(method, 'ablation-cam');
  const png = await readFile(join(project.folder, 'explanation/overlay.png'));
  assert.is(png.subarray(1, 4).toString(), 'PNG');
});

withCommand('explain a set with threads of their own, and report on an evaluation', async (run, project) => {
  await run('explain-set', 'mnist1d', '--limit', '3', '--out', 'set.zarr');
  assert.match(await run('summarize', 'set.zarr'), /3/);
  await run('evaluate', '--data', 'mnist1d', '--html', 'report.html');
  assert.match(await readFile(join(project.folder, 'report.html'), 'utf8'), /<svg/);
});

withCommand('say what is missing, and the line that installs it', async (run) => {
  assert.match(await run('--version'), /^\d+\.\d+\.\d+\n$/);
  const { node, packages, lacks } = JSON.parse(await run('doctor', '--json')) as {
    readonly node: string;
    readonly packages: readonly { readonly name: string; readonly version: string | null }[];
    readonly lacks: readonly { readonly what: string; readonly remedy: string | null }[];
  };
  assert.is(node, process.version);
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  assert.type(versions.get('sharp'), 'string');
  assert.is(versions.get('webgpu'), null);
  const remedies = lacks.map(({ remedy }) => remedy);
  for (const name of ['webgpu', 'onnxruntime-node'])
    assert.ok(remedies.includes(`npm install ${name}`), name);
});

withCommand('complete themselves, and time on an installation', async (run) => {
  assert.match(await run('complete', 'bash'), /# bash completion for ablation-cam/);
  assert.match(await run('complete', '--', 'expl'), /^explain\t/m);
  assert.match(await run('bench', '--help'), /Usage: ablation-cam bench/);
  await assertFails(run('bench', '--docs'), /need a checkout/);
});

withCommand('serve the page, until Ctrl-C', async (_, project, home) => {
  const child = spawn(process.execPath, [COMMAND, 'viewer', '--port', '0'], {
    cwd: project.folder,
    env: { ...process.env, ...environment(home) },
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const [found] = /http:\S+/.exec(printed) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.on('exit', () => {
        reject(new Error(`the viewer ended: ${printed}`));
      });
    });
    assert.match(await (await fetch(url)).text(), /<!doctype html>/i);
    const worker = await fetch(new URL('worker.js', url));
    assert.is(worker.status, 200);
    await worker.arrayBuffer();
  } finally {
    child.removeAllListeners('exit');
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    assert.equal(await ended, [0, null]);
  }
});

test.run();

async function assertFails(work: Promise<unknown>, pattern: RegExp): Promise<void> {
  const failure = await work.then(
    () => null,
    (error: unknown) => error as Error,
  );
  assert.match(failure?.message ?? 'it did not fail', pattern);
}

/** A convolution, a pooling and a dense layer for pictures of 24 x 24. */
function smallNetwork(): Uint8Array {
  const b = new OnnxBuilder(seededRandom(1));
  const image = b.input('image', [1, 3, 24, 24]);
  const features = b.node('Relu', [b.node('Conv', [image, b.weight([8, 3, 3, 3])])]);
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [features])]);
  b.output(b.node('Gemm', [pooled, b.weight([8, 4])]), [1, 4]);
  return b.bytes();
}
