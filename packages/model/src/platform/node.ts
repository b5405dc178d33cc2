/** What differs between Node and the browser; `browser.ts` exports the same names. */
export * from './node-files.ts';
export * from './node-folders.ts';
export * from './node-gunzip.ts';
export * from './node-images.ts';
export * from './node-make-folder.ts';
export * from './node-wasm.ts';
