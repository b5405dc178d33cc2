// Bundles the commands from source and runs the one that was asked for.
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { storedBundle } = await tsImport('@ablation-cam/tools/stored-bundle', import.meta.url);

process.setSourceMapsEnabled(true);
const bundle = await storedBundle(new URL('src/main.ts', import.meta.url));
// What the program begins again, for its own threads and processes.
process.argv[1] = fileURLToPath(bundle);
await import(bundle);
