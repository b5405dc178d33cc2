// Runs the server from source; it bundles the page itself.
import { tsImport } from 'tsx/esm/api';

const { runViewer } = await tsImport('./src/server/command.ts', import.meta.url);
await runViewer();
