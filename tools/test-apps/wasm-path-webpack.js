const url = (file) => file.href;

export const wasmPath = {
  'tfjs-backend-wasm.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url),
  ),
  'tfjs-backend-wasm-simd.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url),
  ),
  'tfjs-backend-wasm-threaded-simd.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url),
  ),
};
