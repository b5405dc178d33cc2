#!/usr/bin/env node
import { tsImport } from 'tsx/esm/api';

const { testPackages } = await tsImport('./src/test-packages.ts', import.meta.url);
await testPackages();
