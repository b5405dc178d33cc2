#!/usr/bin/env node
import { tsImport } from 'tsx/esm/api';

const { buildPackage } = await tsImport('./src/build-package.ts', import.meta.url);
await buildPackage();
