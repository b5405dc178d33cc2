import { shaderError } from './shader-error.ts';

/** A compute shader as plain data; it is told from others by its code and entry point. */
export interface Shader {
  /** Names the shader in error messages and tools, for instance its file name. */
  readonly label: string;
  /** WGSL. */
  readonly code: string;
  /** Default: the only entry point there is. */
  readonly entryPoint?: string;
}

/** Values of the shader's `override` constants, by name. */
export type Overrides = Readonly<Record<string, number>>;

type Pipeline = GPUComputePipeline | Promise<GPUComputePipeline>;

/**
 * Compiled pipelines of one device. Whoever asks for the same shader with the same overrides gets the same pipeline, also
 * while it is still compiling. Failures are forgotten.
 */
export class PipelineCache {
  readonly #gpu: GPUDevice;
  /** By the shader's code. */
  readonly #modules = new Map<string, Promise<GPUShaderModule>>();
  /** By the shader's code, then by entry point and overrides. */
  readonly #pipelines = new Map<string, Map<string, Pipeline>>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  /** How many pipelines were compiled or are compiling. */
  get size(): number {
    return [...this.#pipelines.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Compiled already: the pipeline itself, for which nobody needs to wait. */
  get(shader: Shader, overrides: Overrides): Pipeline {
    const constants = Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = `${shader.entryPoint ?? ''} ${constants.join(' ')}`;
    let variants = this.#pipelines.get(shader.code);
    if (!variants) this.#pipelines.set(shader.code, (variants = new Map<string, Pipeline>()));
    const known = variants.get(key);
    if (known) return known;
    const compiling = this.#compilePipeline(shader, constants);
    variants.set(key, compiling);
    compiling.then(
      (pipeline) => variants.get(key) === compiling && variants.set(key, pipeline),
      () => variants.get(key) === compiling && variants.delete(key),
    );
    return compiling;
  }

  clear(): void {
    this.#modules.clear();
    this.#pipelines.clear();
  }

  async #compilePipeline(
    shader: Shader,
    constants: readonly (readonly [string, number])[],
  ): Promise<GPUComputePipeline> {
    const module = await remember(this.#modules, shader.code, () => this.#compile(shader));
    return this.#gpu.createComputePipelineAsync({
      label: shader.label,
      layout: 'auto',
      compute: {
        module,
        constants: Object.fromEntries(constants),
        ...(shader.entryPoint === undefined ? {} : { entryPoint: shader.entryPoint }),
      },
    });
  }

  async #compile(shader: Shader): Promise<GPUShaderModule> {
    // The scope keeps the error, which is reported below with its source line, from being reported a second time.
    this.#gpu.pushErrorScope('validation');
    const module = this.#gpu.createShaderModule({ label: shader.label, code: shader.code });
    const [failure, { messages }] = await Promise.all([
      this.#gpu.popErrorScope(),
      module.getCompilationInfo(),
    ]);
    if (failure !== null || messages.some(({ type }) => type === 'error'))
      throw shaderError(shader, messages);
    return module;
  }
}

function remember<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const promise = make().catch((error: unknown) => {
    if (cache.get(key) === promise) cache.delete(key);
    throw error;
  });
  cache.set(key, promise);
  return promise;
}
