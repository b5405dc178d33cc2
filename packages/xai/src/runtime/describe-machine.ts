import * as tf from '@tensorflow/tfjs';
import { findOnnxRuntime, type ExecutorName } from '@ablation-cam/kernels';
import type { Place, Speed } from './calibration/speed.ts';
import { keepingBackend } from './choose-runtime.ts';
import { exclusive } from './exclusive.ts';
import { executorCalled } from './executor-called.ts';

/** What plans can run on here, and how fast that is. */
export interface MachineDescription {
  /** The version of ONNX Runtime, or why there is none. */
  readonly onnxRuntime: { readonly version: string | null; readonly absence: string | null };
  readonly places: readonly PlaceDescription[];
  /** The file in which measured speeds are kept; null where they are not. */
  readonly keptAt: string | null;
}

/** How fast an executor is on this machine, or why it is not used. */
export interface PlaceDescription {
  readonly place: Place;
  /** Multiply-adds and bytes in a millisecond, the milliseconds of a step, a variant and a score. */
  readonly speed: Speed;
  /** Whether it was measured; otherwise it is what is usual. */
  readonly isMeasured: boolean;
  /** Why it cannot be used, or null. */
  readonly failure: string | null;
}

/**
 * Measures what `executor: 'auto'` chooses from without a graphics card, where that has not been done yet, in less than a second.
 */
export async function describeMachine(): Promise<MachineDescription> {
  const [{ machineSpeeds }, { placeOf }] = await Promise.all([
    import('./calibration/machine-speeds.ts'),
    import('./calibration/speed.ts'),
  ]);
  const { version, absence } = await findOnnxRuntime();
  const speeds = machineSpeeds();
  const names: ExecutorName[] = ['tfjs', 'reference'];
  if (version !== null) names.unshift('onnxruntime');
  const places = await exclusive(() =>
    keepingBackend(async () => {
      const described: PlaceDescription[] = [];
      for (const name of names) {
        const place = placeOf(name, tf.getBackend(), version);
        await speeds.measure(place, executorCalled(name, null));
        const [isMeasured, failure] = [speeds.isMeasured(place), speeds.failureOf(place)];
        described.push({ place, speed: speeds.speedOf(place), isMeasured, failure });
      }
      return described;
    }),
  );
  return { onnxRuntime: { version, absence }, places, keptAt: await speeds.keptAt() };
}
