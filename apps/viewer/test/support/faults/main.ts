import { faultCommand } from '@ablation-cam/tools/faults';
import { workerScenarios } from './scenarios.ts';

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
await faultCommand(await workerScenarios(), process.argv.slice(2));
