// Makes the pictures of the viewer in docs/images.
import { tsImport } from 'tsx/esm/api';

const { makeScreenshots } = await tsImport('./src/server/screenshots.ts', import.meta.url);
await makeScreenshots();
