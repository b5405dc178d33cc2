import * as tf from '@tensorflow/tfjs';
import { hostFacts } from '#platform';
import type { Ceilings, Environment } from '../results/result.ts';
import type { BenchRuntime } from '../open-case/runtime.ts';

/** What the numbers were measured on, to be stored with them. */
export function environmentOf(
  { device, onnxRuntimeVersion }: BenchRuntime,
  set: string,
  ceilings: Ceilings | null,
  commit: string | null,
): Environment {
  const host = hostFacts();
  return {
    date: new Date().toISOString(),
    ...host,
    commit: commit ?? host.commit,
    set,
    versions: {
      tensorflowjs: tf.version.tfjs,
      ...(onnxRuntimeVersion !== null && { onnxruntime: onnxRuntimeVersion }),
      ...host.versions,
    },
    adapter: device && { ...device.adapter, timestamps: device.hasTimestamps },
    ceilings,
  };
}
