// Takes pictures of the viewer: those in docs/images or, with --out, of every scene in every look; --help says more.
import { tsImport } from 'tsx/esm/api';

const { storedBundle } = await tsImport('@ablation-cam/tools/stored-bundle', import.meta.url);
await import(await storedBundle(new URL('screenshots/main.ts', import.meta.url)));
