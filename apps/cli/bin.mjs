#!/usr/bin/env node
import { fileURLToPath } from 'node:url';

// What the program begins again, for its own threads and processes; as a command it may have been called by a link.
process.argv[1] = fileURLToPath(new URL('dist/published/main.js', import.meta.url));
await import('./dist/published/main.js');
