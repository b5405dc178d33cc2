/** The command that a thread runs which reads samples. */
export const READING_COMMAND = 'read-samples';
