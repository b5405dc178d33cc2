import { tsImport } from 'tsx/esm/api';

const { fuzzAll } = await tsImport('./src/fuzz/fuzz-all.ts', import.meta.url);
await fuzzAll(process.argv.slice(2));
