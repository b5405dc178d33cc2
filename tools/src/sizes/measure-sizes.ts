import type { BareProject, PackedPackage } from '../packed-project.ts';
import { bundleProgram, gzipBytes } from './bundled-size.ts';
import { installedSizes } from './installed-size.ts';

/** What the libraries weigh, in bytes. */
export interface Sizes {
  /** `@ablation-cam/xai` with all that installing it brings along, TensorFlow.js aside. */
  readonly installed: number;
  /** A page with one call of `ablationCam`, compressed, TensorFlow.js aside: what it loads at the start. */
  readonly start: number;
  /** And what it has fetched when it has run, the plan on TensorFlow.js's WASM backend. */
  readonly wasm: number;
  /** The same on a GPU. */
  readonly gpu: number;
  /** All that the packages have, but for the trained networks and the photographs that come along. */
  readonly everything: number;
}

const ONE_CALL = `
import { ablationCam } from '@ablation-cam/xai';
export const explain = (model, image) => ablationCam(model, image);
`;

const EVERYTHING = `
export * as xai from '@ablation-cam/xai';
export * as drawing from '@ablation-cam/xai/drawing';
export * as metrics from '@ablation-cam/xai/metrics';
export * as model from '@ablation-cam/model';
export * as kernels from '@ablation-cam/kernels';
export * as lowering from '@ablation-cam/kernels/lowering';
`;

/** Files that are fetched when a plan runs on TensorFlow.js and its WASM backend. */
const ON_WASM = ['wasm-repairs', 'program-ablation', 'tfjs-program'];
/** Files that are fetched when a plan runs on WebGPU. */
const ON_GPU = ['prepare-plan'];
/** Trained networks and photographs that come along, files that are fetched by name. */
const EXAMPLES = /\/(embedded|photographs)\/[a-z0-9-]+\.js$/;

/** @param project in which the packages are installed */
export async function measureSizes(packed: readonly PackedPackage[], project: BareProject): Promise<Sizes> {
  const installed = await installedSizes('@ablation-cam/xai', packed);
  const one = await bundleProgram(project, 'one-call', ONE_CALL);
  const all = await bundleProgram(project, 'everything', EVERYTHING);
  return {
    installed: [...installed.values()].reduce((sum, bytes) => sum + bytes, 0),
    start: gzipBytes(one, []),
    wasm: gzipBytes(one, ON_WASM),
    gpu: gzipBytes(one, ON_GPU),
    everything: [...all.files.values()].reduce(
      (sum, file) => sum + (EXAMPLES.test(file.source) ? 0 : file.gzipBytes),
      0,
    ),
  };
}
