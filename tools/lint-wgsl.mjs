import { tsImport } from 'tsx/esm/api';

const { lintWgsl } = await tsImport('./src/lint-wgsl.ts', import.meta.url);
await lintWgsl();
