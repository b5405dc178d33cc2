#!/usr/bin/env node
import { tsImport } from 'tsx/esm/api';

const { testPackage } = await tsImport('./src/test-package.ts', import.meta.url);
await testPackage(process.argv.slice(2));
