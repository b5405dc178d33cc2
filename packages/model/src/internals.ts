/** For the commands, and not published. How files of this project are read and checked, in terms of Valibot: */
export { parseJson, type Json, type JsonObject } from './files/json.ts';
export { checkSchema, readSealedJson } from './files/check-schema.ts';
export { trainingSettingsSchema } from './training/training-schema.ts';
export { makeFolder } from '#platform';
/** How results of `explain-set` are written. */
export { emptyRows, fillOf, IS_LITTLE_ENDIAN, rowBytes } from './results/array-spec.ts';
export { decodeChunk } from './results/chunk.ts';
export { chunkRows, computedArrays, sampleBytes } from './results/layout.ts';
export { sealPlan } from './results/plan-seal.ts';
export { listRows } from './results/shards.ts';
export { zarrNames } from './results/zarr-names.ts';
