import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChromium } from '../src/chromium.ts';
import { packedProject, TYPESCRIPT, type PackedProject } from '../src/packed-project.ts';

/** Doubles numbers on the GPU: the way from the package's door to the device and back. */
const PROGRAM = `
import { BufferUsage, requestDevice } from '@ablation-cam/kernels';

export async function doubled(numbers: readonly number[]): Promise<number[]> {
  const device = await requestDevice();
  const buffer = device.uploadBuffer('numbers', Float32Array.from(numbers), BufferUsage.storage | BufferUsage.copySource);
  const pipeline = await device.pipeline({
    label: 'double',
    code: \`
      @group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
      @compute @workgroup_size(1)
      fn main(@builtin(global_invocation_id) id: vec3u) { numbers[id.x] *= 2; }\`,
  });
  await device.checked('double', () => {
    const bindings = device.gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    });
    const encoder = device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(numbers.length);
    pass.end();
    device.gpu.queue.submit([encoder.finish()]);
  });
  const result = new Float32Array(await device.readBuffer(buffer));
  device.dispose();
  return Array.from(result);
}
`;

const test = suite('packed packages', { project: undefined as PackedProject | undefined });

const inProject = (title: string, callback: (project: PackedProject) => Promise<void>): void => {
  test(title, async ({ project }) => {
    if (project === undefined) throw new Error('there is no project');
    await callback(project);
  });
};

test.before(async (context) => {
  context.project = await packedProject(['kernels']);
  await writeFile(join(context.project.folder, 'doubled.ts'), PROGRAM);
});

test.after(async ({ project }) => project?.dispose());

inProject('a program that uses them runs in Node, where the process ends by itself', async (project) => {
  await build({
    entryPoints: [join(project.folder, 'doubled.ts')],
    outdir: project.folder,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  const code =
    "import { doubled } from './doubled.mjs'; console.log(JSON.stringify(await doubled([1, 2, 3])));";
  await writeFile(join(project.folder, 'main.mjs'), code);
  assert.is((await project.run(process.execPath, ['main.mjs'])).trim(), '[2,4,6]');
});

inProject('a device that nobody disposed of keeps no Node process from ending', async (project) => {
  const code = `
    import { requestDevice } from '@ablation-cam/kernels';
    globalThis.device = await requestDevice();
    console.log('end');`;
  await writeFile(join(project.folder, 'careless.mjs'), code);
  assert.is((await project.run(process.execPath, ['careless.mjs'])).trim(), 'end');
});

inProject('their declarations hold in the strictest project', async (project) => {
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
  await writeFile(
    join(project.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['doubled.ts'] }),
  );
  assert.is(await project.run(process.execPath, [TYPESCRIPT, '-p', '.']), '');
});

inProject('bundled by stock esbuild, the same program runs in a browser', async (project) => {
  const { outputFiles } = await build({
    entryPoints: [join(project.folder, 'doubled.ts')],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'program',
    write: false,
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await page.goto('http://localhost/');
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
    assert.equal(await page.evaluate('program.doubled([1, 2, 3])'), [2, 4, 6]);
  } finally {
    await browser.close();
  }
});

test.run();
