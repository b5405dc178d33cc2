import { faultCommand } from '@ablation-cam/tools/faults';
import { modelScenarios } from './scenarios.ts';

await faultCommand(await modelScenarios(), process.argv.slice(2));
