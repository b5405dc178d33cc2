// Writes the accessibility tree of the start, which a test holds the page against.
import { tsImport } from 'tsx/esm/api';

const { writeStartTree } = await tsImport('./src/server/accessibility-tree.ts', import.meta.url);
await writeStartTree();
