import { tsImport } from 'tsx/esm/api';

const { docsErrors } = await tsImport('./src/docs-errors.ts', import.meta.url);
await docsErrors();
