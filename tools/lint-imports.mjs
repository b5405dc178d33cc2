import { tsImport } from 'tsx/esm/api';

const { lintImports } = await tsImport('./src/lint-imports.ts', import.meta.url);
await lintImports();
