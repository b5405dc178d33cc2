// Bundles the commands from source and runs the one that was asked for.
import { tsImport } from 'tsx/esm/api';

const { storedBundle } = await tsImport('@ablation-cam/tools/stored-bundle', import.meta.url);

process.setSourceMapsEnabled(true);
await import(await storedBundle(new URL('src/main.ts', import.meta.url)));
