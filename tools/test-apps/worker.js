// The app of each bundler: one explanation in a worker.
// @boundaries-ignore the app has packages of its own
import { ablationCam, embeddedModel, readInput, useBackend } from '@ablation-cam/xai';
import { wasmPath } from './wasm-path.js';

try {
  await useBackend('auto', { wasmPath });
  const { network } = await embeddedModel('mnist1d');
  const { explanations, backend } = await ablationCam(
    network,
    await readInput('mnist1d:0', { shape: [40, 1] }),
  );
  const [{ classIndex, weights }] = explanations;
  postMessage(`class ${classIndex}, ${weights.length} channels, on ${backend.chosen}`);
} catch (error) {
  postMessage(String(error));
}
