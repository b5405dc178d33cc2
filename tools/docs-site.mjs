import { tsImport } from 'tsx/esm/api';

const { docsSite } = await tsImport('./src/docs-site.ts', import.meta.url);
await docsSite();
