import { tsImport } from 'tsx/esm/api';

const { apiReport } = await tsImport('./src/api-report.ts', import.meta.url);
await apiReport(process.argv.slice(2));
