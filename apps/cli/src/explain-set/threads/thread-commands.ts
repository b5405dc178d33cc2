/** The command that a thread runs which reads samples. */
export const READING_COMMAND = 'read-samples';

/** The command that a thread runs which writes shards. */
export const WRITING_COMMAND = 'write-shards';
