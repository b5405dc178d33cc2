import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { RegisterCommand } from '../command.ts';
import { IS_INSTALLED } from '../program-name.ts';

/** `complete <shell>`: the script by which zsh, bash, fish or PowerShell complete commands and options. */
export const complete: RegisterCommand = (program) => {
  // In a checkout the program goes by the name of pnpm, which completes by itself.
  if (!IS_INSTALLED) return;
  // The same object: the program's own type only says more of options.
  tab(program as unknown as Command);
};
