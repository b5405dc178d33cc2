import { makePoint, type Fault } from '../points.ts';

/** The classes of WebGPU, as a browser has them in its global scope. */
export interface GpuClasses {
  readonly GPU: { readonly prototype: GPU };
  readonly GPUAdapter: { readonly prototype: GPUAdapter };
  readonly GPUDevice: { readonly prototype: GPUDevice };
  readonly GPUBuffer: { readonly prototype: GPUBuffer };
}

const rejection = (name: string, message: string, kind = 'OperationError'): Fault => ({
  name,
  instead: () => Promise.reject(new DOMException(message, kind)),
});

const NO_ADAPTER: Fault = { name: 'no adapter', instead: () => Promise.resolve(null) };
const NO_DEVICE = rejection('no device', 'The adapter gave no device.');
const UNMAPPED = rejection('mapping failure', 'Mapping the buffer failed.');
const NO_PIPELINE: Fault = {
  name: 'rejected pipeline',
  instead: () =>
    Promise.reject(Object.assign(new Error('The pipeline was not made.'), { reason: 'internal' })),
};
/** What `createBuffer` does where a buffer should be mapped at once. */
const NO_MEMORY: Fault = {
  name: 'out of memory',
  instead: () => {
    throw new RangeError('createBuffer failed, size is too large for the implementation');
  },
};
/** The scope has caught an error of the device, which is asked all the same: scopes are a stack. */
const OUT_OF_MEMORY: Fault = {
  name: 'out of memory',
  instead: async (call) => {
    await call();
    return { message: 'Out of memory.' };
  },
};
const NO_SCOPE: Fault = {
  name: 'scope gone',
  instead: async (call) => {
    await call();
    throw new DOMException('The instance was dropped.', 'OperationError');
  },
};

/** The GPU devices that are alive and their buffers, whoever made them. */
export class GpuCensus {
  readonly #devices = new Map<GPUDevice, Set<object>>();

  /** Makes what can fail in a WebGPU implementation a point; to be called once in a process. */
  constructor({ GPU, GPUAdapter, GPUDevice, GPUBuffer }: GpuClasses) {
    const scopes = new WeakMap<object, unknown[]>();
    const owners = new WeakMap<object, Set<object>>();
    const scopesOf = (device: object): unknown[] => {
      const own = scopes.get(device) ?? [];
      scopes.set(device, own);
      return own;
    };
    makePoint(GPU.prototype, 'requestAdapter', () => [NO_ADAPTER]);
    makePoint(
      GPUAdapter.prototype,
      'requestDevice',
      () => [NO_DEVICE],
      (_, device) => {
        void (device as Promise<GPUDevice>).then((made) => {
          this.#enter(made);
        });
      },
    );
    makePoint(
      GPUDevice.prototype,
      'createBuffer',
      (_, [descriptor]) => ((descriptor as GPUBufferDescriptor).mappedAtCreation ? [NO_MEMORY] : []),
      (device, buffer) => {
        const own = this.#devices.get(device as GPUDevice);
        if (!own) return;
        own.add(buffer as object);
        owners.set(buffer as object, own);
      },
    );
    makePoint(
      GPUBuffer.prototype,
      'destroy',
      () => [],
      (buffer) => {
        owners.get(buffer)?.delete(buffer);
      },
    );
    makePoint(GPUBuffer.prototype, 'mapAsync', () => [UNMAPPED]);
    makePoint(GPUDevice.prototype, 'createComputePipelineAsync', () => [NO_PIPELINE]);
    makePoint(
      GPUDevice.prototype,
      'pushErrorScope',
      () => [],
      (device, _, [filter]) => {
        scopesOf(device).push(filter);
      },
    );
    makePoint(
      GPUDevice.prototype,
      'popErrorScope',
      (device) => (scopesOf(device).at(-1) === 'out-of-memory' ? [OUT_OF_MEMORY, NO_SCOPE] : [NO_SCOPE]),
      (device) => {
        scopesOf(device).pop();
      },
    );
  }

  get devices(): number {
    return this.#devices.size;
  }

  /** Whether a device has been made here and is alive. */
  has(device: GPUDevice): boolean {
    return this.#devices.has(device);
  }

  get buffers(): number {
    return [...this.#devices.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** All devices are lost, as after a driver's reset. */
  readonly loss: Fault = {
    name: 'device lost',
    instead: (call) => {
      for (const device of [...this.#devices.keys()]) device.destroy();
      return call();
    },
  };

  #enter(device: GPUDevice): void {
    this.#devices.set(device, new Set());
    void device.lost.then(() => this.#devices.delete(device));
  }
}
