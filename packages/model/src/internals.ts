/** How files of this project are checked, in terms of Valibot; for the commands, and not published. */
export { readSealedJson } from './files/check-schema.ts';
export { trainingSettingsSchema } from './training/training-schema.ts';
