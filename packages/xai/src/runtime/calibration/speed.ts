import type { ExecutorName } from '@ablation-cam/kernels';

/** How fast something runs plans, as `estimatedMs` counts what they take. */
export interface Speed {
  /** Multiply-adds in a millisecond. */
  readonly operations: number;
  /** Bytes of tensors, read or written, in a millisecond. */
  readonly bytes: number;
  /** Milliseconds that a step of a chunk takes however little it does; a run takes as long as `STEPS_OF_A_RUN` in `estimate.ts`. */
  readonly step: number;
  /** Milliseconds that a variant of an input takes however small it is, and the score of each of its classes. */
  readonly variant: number;
  readonly score: number;
}

/** What plans run on where there is no hardware GPU: an executor, with TensorFlow.js's backend or ONNX Runtime's version. */
export type Place = 'webgpu' | `onnxruntime-${string}` | `tfjs-${'webgpu' | 'wasm' | 'cpu'}` | 'reference';

/**
 * @param backend TensorFlow.js's, on which `tfjs` runs
 * @param version of ONNX Runtime
 */
export function placeOf(executor: ExecutorName, backend: string, version: string | null): Place {
  switch (executor) {
    case 'onnxruntime':
      return `onnxruntime-${version ?? 'unknown'}`;
    case 'tfjs':
      return backend === 'webgpu' || backend === 'wasm' ? `tfjs-${backend}` : 'tfjs-cpu';
    case 'webgpu':
    case 'reference':
      return executor;
  }
}

const SOFTWARE_GPU: Speed = { operations: 5e5, bytes: 3e5, step: 0.1, variant: 0.005, score: 1.5e-5 };

/**
 * On two cores of a common server, fitted to times of the cases of the bench: within a third of most. They say what is worth
 * measuring, and decide where nothing is.
 */
const TYPICAL_SPEEDS = {
  webgpu: SOFTWARE_GPU,
  onnxruntime: { operations: 3e7, bytes: 4e6, step: 0.012, variant: 6e-4, score: 1.5e-5 },
  'tfjs-webgpu': SOFTWARE_GPU,
  'tfjs-wasm': { operations: 7e6, bytes: 2.5e6, step: 0.02, variant: 4e-4, score: 1.3e-5 },
  'tfjs-cpu': { operations: 1e5, bytes: 3e5, step: 0.02, variant: 4e-4, score: 1.3e-5 },
  reference: { operations: 6e4, bytes: 4e5, step: 0.004, variant: 9e-4, score: 1.1e-5 },
} as const satisfies Record<string, Speed>;

/** Returns how fast a place usually is. @throws RangeError for a name that is none */
export function typicalSpeed(place: Place): Speed {
  const name = place.startsWith('onnxruntime-') ? 'onnxruntime' : place;
  if (!isTypical(name)) throw new RangeError(`Nothing runs plans on "${place}".`);
  return TYPICAL_SPEEDS[name];
}

/** Whether a place can be measured in a tenth of a second: a software GPU compiles for seconds before it runs anything. */
export function startsQuickly(place: Place): boolean {
  return place !== 'webgpu' && place !== 'tfjs-webgpu';
}

export function isPlace(name: string): name is Place {
  return name.startsWith('onnxruntime-') || (isTypical(name) && name !== 'onnxruntime');
}

function isTypical(name: string): name is keyof typeof TYPICAL_SPEEDS {
  return Object.hasOwn(TYPICAL_SPEEDS, name);
}
