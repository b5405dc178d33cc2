import { tsImport } from 'tsx/esm/api';

const { docsGallery } = await tsImport('./src/docs-gallery.ts', import.meta.url);
await docsGallery();
