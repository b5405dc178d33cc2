import { tsImport } from 'tsx/esm/api';

const { testAll } = await tsImport('./src/test-all.ts', import.meta.url);
await testAll(process.argv.slice(2));
