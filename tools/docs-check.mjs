import { tsImport } from 'tsx/esm/api';

const { docsCheck } = await tsImport('./src/docs-check.ts', import.meta.url);
await docsCheck();
