/** After this no further input of many is begun: whoever clicks meanwhile is not to wait for all of them. */
export const SLICE_MS = 150;
