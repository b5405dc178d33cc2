import {
  onnxRuntimeExecutor,
  planSteps,
  planTail,
  referenceExecutor,
  webGpuExecutor,
  type Device,
  type Executor,
  type ExecutorName,
  type Plan,
  type Tail,
} from '@ablation-cam/kernels';
import { tfjsExecutor } from '../executors/tfjs/tfjs-executor.ts';
import { takeTurns } from './turn.ts';

/** @param device for WebGPU */
export function executorCalled(name: ExecutorName, device: Device | null): Executor {
  switch (name) {
    case 'webgpu':
      if (!device) throw new RangeError('WebGPU was chosen without a device.');
      return webGpuExecutor(device);
    case 'onnxruntime':
      return onnxRuntimeExecutor(takeTurns);
    case 'tfjs':
      return tfjsExecutor();
    case 'reference':
      return referenceExecutor();
  }
}

/** The plan as an executor runs it best. @throws KernelsError `too-large` where none fits its limits */
export function planFor(tail: Tail, executor: ExecutorName, device: Device | null): Plan {
  switch (executor) {
    case 'webgpu':
      return planTail(tail, device ? { limits: device.limits } : {});
    case 'tfjs':
    case 'onnxruntime':
      return planSteps(tail);
    case 'reference':
      return planTail(tail);
  }
}
