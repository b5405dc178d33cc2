#!/usr/bin/env node
import { tsImport } from 'tsx/esm/api';

const { supplyChain } = await tsImport('./src/supply-chain.ts', import.meta.url);
await supplyChain(process.argv.slice(2));
