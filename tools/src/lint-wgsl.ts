import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { create } from 'webgpu';
import { bundleToRun } from './bundle.ts';
import { packageFolders, REPOSITORY } from './workspace.ts';

/** What a `shaders.ts` exports: the text that is compiled, put together from one or more `.wgsl` files. */
interface Shader {
  readonly label: string;
  readonly code: string;
}

interface WgslFile {
  /** Relative to the repository. */
  readonly name: string;
  readonly code: string;
}

/**
 * The command `pnpm lint:wgsl`: compiles every shader that a file `shaders.ts` in a package exports, with Dawn's null backend,
 * which needs no driver. A `.wgsl` file that is part of none of them is an error too.
 */
export async function lintWgsl(): Promise<void> {
  const sources = (await Promise.all((await packageFolders()).map(sourceFiles))).flat();
  const files = await Promise.all(
    sources
      .filter((path) => path.endsWith('.wgsl'))
      .map(async (path) => ({ name: relative(REPOSITORY, path), code: await readFile(path, 'utf8') })),
  );
  const shaders = await exportedShaders(sources.filter((path) => /[\\/]shaders\.ts$/.test(path)));

  const problems = [
    ...(await compileErrors(shaders, files)),
    ...files
      .filter(({ code }) => !shaders.some((shader) => shader.code.includes(code)))
      .map(({ name }) => `${name}: is part of no shader that a shaders.ts exports`),
  ];
  for (const problem of problems) console.error(problem);
  console.log(`${shaders.length} shaders from ${files.length} WGSL files, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}

async function sourceFiles(packageFolder: string): Promise<string[]> {
  const folder = join(packageFolder, 'src');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}

async function exportedShaders(modules: readonly string[]): Promise<Shader[]> {
  const outdir = await mkdtemp(join(tmpdir(), 'ablation-cam-wgsl-'));
  try {
    const contents = modules.map((path) => `export * from ${JSON.stringify(path)};`).join('\n');
    await bundleToRun('node', {
      stdin: { contents, resolveDir: REPOSITORY },
      outExtension: { '.js': '.mjs' },
      outdir,
    });
    const exported = (await import(pathToFileURL(join(outdir, 'stdin.mjs')).href)) as Record<string, unknown>;
    return Object.values(exported).flatMap(shadersIn);
  } finally {
    await rm(outdir, { recursive: true });
  }
}

/** Variants of a shader are exported together, and variants of these. */
function shadersIn(value: unknown): Shader[] {
  if (isShader(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(shadersIn) : [];
}

function isShader(value: unknown): value is Shader {
  return typeof value === 'object' && value !== null && 'label' in value && 'code' in value;
}

async function compileErrors(shaders: readonly Shader[], files: readonly WgslFile[]): Promise<string[]> {
  const gpu = create(['backend=null']);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('the null backend of Dawn gave no adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('subgroups') ? ['subgroups'] : [],
  });
  const problems: string[] = [];
  for (const shader of shaders) {
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code: shader.code });
    const { messages } = await module.getCompilationInfo();
    await device.popErrorScope();
    for (const { lineNum, linePos, message } of messages) {
      problems.push(`${placeInFiles(shader, lineNum, files)}:${linePos}: ${message}`);
    }
  }
  device.destroy();
  return problems;
}

/** The file and line that a line of a shader comes from. */
function placeInFiles(shader: Shader, line: number, files: readonly WgslFile[]): string {
  for (const { name, code } of files) {
    const start = shader.code.indexOf(code);
    if (start < 0) continue;
    const first = shader.code.slice(0, start).split('\n').length;
    if (line >= first && line < first + code.split('\n').length) return `${name}:${line - first + 1}`;
  }
  return `${shader.label}:${line}`;
}
