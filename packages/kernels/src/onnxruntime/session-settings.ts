/** What is said of errors is in what is thrown, and warnings are about graphs that people wrote. */
const FATAL = 4;

/** What all sessions are created with. */
export const SESSION_SETTINGS = {
  logSeverityLevel: FATAL,
  extra: {
    /** It hands padding to the pooling behind it, which refuses any that is as wide as its window. */
    optimization: { disable_specified_optimizers: 'Pad_Fusion' },
    /** Threads that look out for work after a run take the cores from the next run, which is another session's. */
    session: { intra_op: { allow_spinning: '0' } },
  },
};
