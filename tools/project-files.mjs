import { tsImport } from 'tsx/esm/api';

const { projectFiles } = await tsImport('./src/project-files.ts', import.meta.url);
await projectFiles(process.argv.slice(2));
