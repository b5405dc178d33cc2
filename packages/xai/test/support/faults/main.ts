import { faultCommand } from '@ablation-cam/tools/faults';
import { explainScenarios } from './scenarios.ts';

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
await faultCommand(await explainScenarios(), process.argv.slice(2));
