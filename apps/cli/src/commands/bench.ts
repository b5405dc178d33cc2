import { benchCommand } from '@ablation-cam/bench/command';
import type { RegisterCommand } from '../command.ts';
import { IS_INSTALLED } from '../program-name.ts';

/** `bench`: how fast, against which other way. */
export const bench: RegisterCommand = (program) => {
  program.addCommand(benchCommand('bench', !IS_INSTALLED));
};
