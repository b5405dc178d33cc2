/** What differs between Node and the browser; `node.ts` exports the same names. */
export * from './browser-files.ts';
export * from './browser-folders.ts';
export * from './browser-gunzip.ts';
export * from './browser-images.ts';
export * from './browser-wasm.ts';
