import { speedUpBatchNormGradient } from './batch-norm-gradient.ts';
import { speedUpClipGradient } from './clip-gradient.ts';
import { registerWasmGradients } from './wasm-gradients.ts';
import { repairSamePadding } from './wasm-same-padding.ts';
import { repairVolumes } from './wasm-volumes.ts';

/** Gives the WASM backend the gradients it lacks and replaces kernels of it that are wrong. */
export function repairWasm(): void {
  registerWasmGradients();
  speedUpBatchNormGradient();
  speedUpClipGradient();
  repairSamePadding();
  repairVolumes();
}
