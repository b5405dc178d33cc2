/** How files of this project are read and checked, in terms of Valibot; for the commands, and not published. */
export { parseJson, type Json, type JsonObject } from './files/json.ts';
export { checkSchema, readSealedJson } from './files/check-schema.ts';
export { trainingSettingsSchema } from './training/training-schema.ts';
