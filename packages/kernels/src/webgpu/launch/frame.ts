import type { Device } from '../../device/device.ts';
import { BufferUsage } from '../../device/usage.ts';
import { BufferScope } from '../buffer-scope.ts';
import type { BufferSpec } from './buffer-spec.ts';
import { gridOf, type Launch } from './launch.ts';
import type { Layout } from './layout.ts';
import type { Pipelines } from './pipelines.ts';

/** A launch with everything it is bound to; it may be encoded any number of times. */
export interface BoundLaunch {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly size: readonly [number, number];
}

/** What frames of a plan have in common. */
export interface FrameOwner {
  readonly device: Device;
  readonly layout: Layout;
  readonly pipelines: Pipelines;
  /** The buffers of the plan's weights. */
  readonly constants: ReadonlyMap<BufferSpec, GPUBuffer>;
}

const { storage, copySource, copyTarget, mapRead, uniform } = BufferUsage;

/**
 * The buffers and bind groups of a submission, kept for the next one of the same size: for a small tail making them takes longer
 * than what the GPU does with them. Buffers hold what the last submission left in them. One submission uses a frame at a
 * time. Must be disposed of.
 */
export class Frame {
  readonly #source: FrameOwner;
  readonly #made = new Map<BufferSpec, GPUBuffer>();
  /** Buffers of others that stand for a spec. */
  readonly #placed = new Map<BufferSpec, GPUBuffer>();
  /** What buffers hold that seldom changes. */
  readonly #settings = new Map<BufferSpec, Uint32Array>();
  /** By the list of launches. */
  readonly #bound = new Map<readonly Launch[], { launches: BoundLaunch[]; scope: BufferScope }>();
  #nothing: GPUBuffer | undefined;
  /** What is read back goes through these; those that nobody reads. */
  readonly #staging: GPUBuffer[] = [];
  readonly #freeStaging: GPUBuffer[] = [];
  #byteLength = 0;

  constructor(source: FrameOwner) {
    this.#source = source;
  }

  /** Of all buffers that were made. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The buffer of a spec, made when it is first asked for. */
  buffer(spec: BufferSpec): GPUBuffer {
    const known = this.#placed.get(spec) ?? this.#source.constants.get(spec) ?? this.#made.get(spec);
    if (known) return known;
    const buffer = this.#own(spec.label, spec.byteLength, storage | copySource | copyTarget);
    this.#made.set(spec, buffer);
    return buffer;
  }

  /**
   * Reads what is copied into a buffer: `Device.read` with one that nobody else reads at the time.
   *
   * @param byteLength the same with each call
   * @param submit fills the buffer
   */
  async read<T>(
    byteLength: number,
    submit: (target: GPUBuffer) => void,
    use: (bytes: ArrayBuffer) => T,
  ): Promise<T> {
    let target: GPUBuffer | undefined;
    const used = await this.#source.device.read(
      'ablation',
      () => {
        target = this.#freeStaging.pop() ?? this.#madeStaging(byteLength);
        submit(target);
        return target;
      },
      use,
    );
    // After an error it may still be mapped, and is not taken again.
    if (target) this.#freeStaging.push(target);
    return used;
  }

  /** Another's buffer stands for a spec, until the next one does. */
  place(spec: BufferSpec, buffer: GPUBuffer): void {
    if (this.#placed.get(spec) === buffer) return;
    this.#placed.set(spec, buffer);
    this.#unbind();
  }

  /** The frame's own buffer stands for a spec again. */
  displace(spec: BufferSpec): void {
    if (this.#placed.delete(spec)) this.#unbind();
  }

  write(spec: BufferSpec, { buffer, byteOffset, byteLength }: Float32Array | Uint32Array): void {
    this.#source.device.gpu.queue.writeBuffer(this.buffer(spec), 0, buffer, byteOffset, byteLength);
  }

  /** Writes what seldom changes: the same values again are not sent again. */
  set(spec: BufferSpec, data: Float32Array | Uint32Array): void {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    if (isSame(this.#settings.get(spec), words)) return;
    this.#settings.set(spec, words.slice());
    this.write(spec, data);
  }

  /** Binds launches to their buffers; the same list is bound once. */
  bound(launches: readonly Launch[]): readonly BoundLaunch[] {
    const known = this.#bound.get(launches);
    if (known) return known.launches;
    const scope = new BufferScope(this.#source.device);
    const made = { launches: this.#bind(launches, scope), scope };
    this.#bound.set(launches, made);
    return made.launches;
  }

  /** Forgets how launches were bound; what was submitted of them still runs. */
  unbind(launches: readonly Launch[]): void {
    this.#bound.get(launches)?.scope.dispose();
    this.#bound.delete(launches);
  }

  dispose(): void {
    this.#unbind();
    for (const buffer of this.#made.values()) buffer.destroy();
    this.#nothing?.destroy();
    for (const buffer of this.#staging) buffer.destroy();
    this.#made.clear();
    this.#placed.clear();
    this.#settings.clear();
  }

  #madeStaging(byteLength: number): GPUBuffer {
    const buffer = this.#own('read-back', byteLength, copyTarget | mapRead);
    this.#staging.push(buffer);
    return buffer;
  }

  #own(label: string, byteLength: number, usage: number): GPUBuffer {
    const buffer = this.#source.device.createBuffer({ label, byteLength, usage });
    this.#byteLength += buffer.size;
    return buffer;
  }

  #unbind(): void {
    for (const launches of [...this.#bound.keys()]) this.unbind(launches);
  }

  #bind(launches: readonly Launch[], scope: BufferScope): BoundLaunch[] {
    if (launches.length === 0) return [];
    const { device } = this.#source;
    const alignment = device.limits.minUniformBufferOffsetAlignment;
    const uniforms = launches.flatMap((launch) => launch.uniforms);
    const offsets: number[] = [];
    let byteLength = 0;
    for (const words of uniforms) {
      offsets.push(byteLength);
      byteLength += Math.ceil(words.byteLength / alignment) * alignment;
    }
    const bytes = new Uint8Array(byteLength);
    uniforms.forEach((words, at) => {
      bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), offsets[at]);
    });
    const parameters = scope.upload('parameters', bytes, uniform);
    let next = 0;
    return launches.map((launch) => {
      const entries = launch.uniforms.map((words, binding) => ({
        binding,
        resource: { buffer: parameters, offset: offsets[next++] ?? 0, size: structBytes(words) },
      }));
      return this.#bindOne(launch, entries);
    });
  }

  #bindOne(launch: Launch, uniforms: GPUBindGroupEntry[]): BoundLaunch {
    const { device, layout, pipelines } = this.#source;
    const pipeline = pipelines.of(launch);
    const buffers = Object.entries(launch.buffers).map(([binding, spec]) => ({
      binding: Number(binding),
      resource: { buffer: spec ? this.buffer(spec) : this.#unused() },
    }));
    const bindings = device.gpu.createBindGroup({
      label: launch.shader.label,
      layout: pipeline.getBindGroupLayout(0),
      entries: [...uniforms, ...buffers],
    });
    return { pipeline, bindings, size: gridOf(launch, layout, device.limits).size };
  }

  #unused(): GPUBuffer {
    this.#nothing ??= this.#own('unused', 32, storage);
    return this.#nothing;
  }
}

/** Encodes launches in order; each sees what the ones before it wrote. */
export function encodeLaunches(pass: GPUComputePassEncoder, launches: readonly BoundLaunch[]): void {
  for (const { pipeline, bindings, size } of launches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(...size);
  }
}

/** A struct of WGSL that holds vectors of four is as long as whole ones of them; what it is bound to may be longer. */
function structBytes({ byteLength }: Uint32Array): number {
  return Math.ceil(byteLength / 16) * 16;
}

function isSame(held: Uint32Array | undefined, words: Uint32Array): boolean {
  return held?.length === words.length && held.every((word, i) => word === words[i]);
}
