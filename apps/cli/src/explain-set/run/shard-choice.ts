import { CliError } from '../../errors.ts';

/** One of several programs that share a set. */
export interface ShardChoice {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

/**
 * Which part of the shards is this program's: `--shard i/n` (from 0), or what a Kubernetes indexed job or a Slurm array says in the
 * environment. Null where it is all of them.
 *
 * @throws CliError for what is no part
 */
export function shardChoice(option: string | undefined, environment: NodeJS.ProcessEnv): ShardChoice | null {
  if (option !== undefined) {
    const [, index, of] = /^(\d+)\/(\d+)$/.exec(option) ?? [];
    return checked(Number(index ?? NaN), Number(of ?? NaN), `--shard is "${option}"`);
  }
  const { JOB_COMPLETION_INDEX: completion, JOB_COMPLETIONS: completions } = environment;
  if (completion !== undefined) {
    if (completions === undefined) {
      throw new CliError(
        'JOB_COMPLETION_INDEX is set but not JOB_COMPLETIONS: set it to the completions of the job, or give --shard i/n.',
      );
    }
    return checked(Number(completion), Number(completions), `JOB_COMPLETION_INDEX is "${completion}"`);
  }
  const {
    SLURM_ARRAY_TASK_ID: task,
    SLURM_ARRAY_TASK_COUNT: tasks,
    SLURM_ARRAY_TASK_MIN: least,
  } = environment;
  if (task === undefined || tasks === undefined) return null;
  return checked(Number(task) - Number(least ?? 0), Number(tasks), `SLURM_ARRAY_TASK_ID is "${task}"`);
}

function checked(index: number, of: number, said: string): ShardChoice {
  if (Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 0 && index < of)
    return { index, of };
  throw new CliError(`${said}; expected i/n with a part i from 0 to n - 1, such as 0/8.`);
}

/** Every n-th shard: parts end at about the same time wherever the slow samples lie. */
export function ownShards(shards: readonly number[], choice: ShardChoice | null): number[] {
  return shards.filter((shard) => choice === null || shard % choice.of === choice.index);
}
