/** Both sides compute in single precision, one of them perhaps on a GPU. */
export const SHOWN = { absolute: 1e-4 };
