import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import type { BufferScope } from '../buffer-scope.ts';
import type { Kernel } from './kernel.ts';

/** One dispatch as plain data: a shader, what it is bound to, and how many threads have work. */
export interface Launch extends Kernel {
  /** Contents of the uniform buffers at bindings 0, 1, ... */
  readonly uniforms: readonly Uint32Array<ArrayBuffer>[];
  /** Storage buffers by binding; one that a shader declares and this launch does not read may be left out. */
  readonly buffers: Readonly<Record<number, GPUBuffer | null>>;
  readonly threads: number;
}

/** Threads of a workgroup. No kernel here shares anything within one, so a CPU that plays the GPU gets small ones, by which `convolution.wgsl` knows it. */
const HARDWARE_THREADS = 64;
const SOFTWARE_THREADS = 16;

/** The bits of a float32, for a uniform buffer. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

/** A launch with everything it is bound to; it may be encoded any number of times. */
interface BoundLaunch {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly width: number;
  readonly height: number;
}

/** Binds launches to buffers, which live as long as the scope, and encodes them. */
export class LaunchEncoder {
  readonly #device: Device;
  readonly #scope: BufferScope;
  readonly #pipelines: ReadonlyMap<string, GPUComputePipeline>;
  #unused: GPUBuffer | undefined;

  constructor(device: Device, scope: BufferScope, pipelines: ReadonlyMap<string, GPUComputePipeline>) {
    this.#device = device;
    this.#scope = scope;
    this.#pipelines = pipelines;
  }

  bind(launches: readonly Launch[]): BoundLaunch[] {
    if (launches.length === 0) return [];
    const alignment = this.#device.limits.minUniformBufferOffsetAlignment;
    const offsets: number[] = [];
    let byteLength = 0;
    for (const uniform of launches.flatMap(({ uniforms }) => uniforms)) {
      offsets.push(byteLength);
      byteLength += Math.ceil(uniform.byteLength / alignment) * alignment;
    }
    const bytes = new Uint8Array(byteLength);
    launches
      .flatMap(({ uniforms }) => uniforms)
      .forEach((uniform, at) => {
        bytes.set(new Uint8Array(uniform.buffer, uniform.byteOffset, uniform.byteLength), offsets[at]);
      });
    const buffer = this.#scope.upload('parameters', bytes, BufferUsage.uniform);
    let next = 0;
    return launches.map((launch) => {
      const entries = launch.uniforms.map((uniform, binding) => ({
        binding,
        resource: { buffer, offset: offsets[next++] ?? 0, size: uniform.byteLength },
      }));
      return this.#bind(launch, entries);
    });
  }

  /** Encodes launches in order; each sees what the ones before it wrote. */
  encode(commands: GPUCommandEncoder, launches: readonly BoundLaunch[]): void {
    if (launches.length === 0) return;
    const pass = commands.beginComputePass({ label: 'steps' });
    for (const { pipeline, bindings, width, height } of launches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(width, height);
    }
    pass.end();
  }

  #bind(launch: Launch, uniforms: GPUBindGroupEntry[]): BoundLaunch {
    const { shader, buffers, threads } = launch;
    const pipeline = this.#pipelines.get(kernelKey(launch));
    if (!pipeline) throw new RangeError(`The pipeline of ${shader.label} was not prepared.`);
    const storage = Object.entries(buffers).map(([binding, buffer]) => ({
      binding: Number(binding),
      resource: { buffer: buffer ?? this.#nothing() },
    }));
    const workgroups = Math.ceil(threads / threadsOf(this.#device));
    const width = Math.min(workgroups, this.#device.limits.maxComputeWorkgroupsPerDimension);
    const bindings = this.#device.gpu.createBindGroup({
      label: shader.label,
      layout: pipeline.getBindGroupLayout(0),
      entries: [...uniforms, ...storage],
    });
    return { pipeline, bindings, width, height: Math.ceil(workgroups / width) };
  }

  #nothing(): GPUBuffer {
    this.#unused ??= this.#scope.create({ label: 'unused', byteLength: 32, usage: BufferUsage.storage });
    return this.#unused;
  }
}

/** Compiles what launches need, by `kernelKey`; the device keeps the pipelines. */
export async function preparePipelines(
  device: Device,
  kernels: Iterable<Kernel>,
): Promise<Map<string, GPUComputePipeline>> {
  const distinct = new Map([...kernels].map((kernel) => [kernelKey(kernel), kernel]));
  const THREADS = threadsOf(device);
  const compiled = [...distinct].map(async ([key, { shader, overrides }]) => {
    return [key, await device.pipeline(shader, { ...overrides, THREADS })] as const;
  });
  return new Map(await Promise.all(compiled));
}

function kernelKey({ shader, overrides }: Kernel): string {
  return `${shader.label} ${JSON.stringify(overrides)}`;
}

function threadsOf(device: Device): number {
  return device.adapter.software ? SOFTWARE_THREADS : HARDWARE_THREADS;
}
