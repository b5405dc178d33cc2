import { faultCommand } from '@ablation-cam/tools/faults';
import { commandScenarios, quietAndFast } from './scenarios.ts';

// The same executors on every machine.
process.env['ABLATION_CAM_SPEEDS'] = 'usual';
const print = quietAndFast();
await faultCommand(await commandScenarios(), process.argv.slice(2), print);
