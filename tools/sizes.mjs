#!/usr/bin/env node
import { tsImport } from 'tsx/esm/api';

const { printSizes } = await tsImport('./src/sizes.ts', import.meta.url);
await printSizes(process.argv.slice(2));
