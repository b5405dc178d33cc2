import { tsImport } from 'tsx/esm/api';

const { lintWorkflows } = await tsImport('./src/lint-workflows.ts', import.meta.url);
await lintWorkflows();
