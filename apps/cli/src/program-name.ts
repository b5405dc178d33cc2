import manifest from '../package.json' with { type: 'json' };

/** Defined where the program is built to be published. */
declare const ABLATION_CAM_PROGRAM: string | undefined;

/** Whether the program was installed; otherwise it runs in a checkout. */
export const IS_INSTALLED = typeof ABLATION_CAM_PROGRAM === 'string';

/** How the program is called: in a checkout its commands are scripts of pnpm. */
export const PROGRAM = typeof ABLATION_CAM_PROGRAM === 'string' ? ABLATION_CAM_PROGRAM : 'pnpm';

export const VERSION = manifest.version;
