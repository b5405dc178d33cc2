/** What other packages run of the tests; not published. */
export { runModels, type ModelsReport, type ModelsRequest } from './random-models/run-models.ts';
