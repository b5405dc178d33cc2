import type { Device } from '../../device/device.ts';
import type { Kernel } from './launch.ts';
import type { Layout } from './layout.ts';

/** The compiled pipelines of kernels in one layout; the device keeps them. */
export class Pipelines {
  readonly #device: Device;
  readonly #layout: Layout;
  readonly #known = new Map<string, GPUComputePipeline>();

  constructor(device: Device, layout: Layout) {
    this.#device = device;
    this.#layout = layout;
  }

  /**
   * Compiles what is not compiled yet.
   *
   * @throws KernelsError `gpu-validation`, `device-lost`
   */
  async prepare(kernels: Iterable<Kernel>): Promise<void> {
    const missing = new Map<string, Kernel>();
    for (const kernel of kernels) {
      const key = kernelKey(kernel);
      if (!this.#known.has(key)) missing.set(key, kernel);
    }
    await Promise.all([...missing].map(([key, kernel]) => this.#compile(key, kernel)));
  }

  /** The pipeline of a kernel that was prepared. */
  of(kernel: Kernel): GPUComputePipeline {
    const pipeline = this.#known.get(kernelKey(kernel));
    if (!pipeline) throw new RangeError(`The pipeline of ${kernel.shader.label} was not prepared.`);
    return pipeline;
  }

  async #compile(key: string, { shader, overrides, workgroupThreads }: Kernel): Promise<void> {
    const THREADS = workgroupThreads ?? this.#layout.threads;
    this.#known.set(key, await this.#device.pipeline(shader, { ...overrides, THREADS }));
  }
}

function kernelKey({ shader, overrides, workgroupThreads }: Kernel): string {
  return `${shader.label} ${JSON.stringify(overrides)} ${String(workgroupThreads)}`;
}
