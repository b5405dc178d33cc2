import { useBackend, type LoadedModel } from '@ablation-cam/model';
import { CliError } from '../../errors.ts';
import { openModel } from '../../open-model.ts';
import { SetResultGroup } from '../result/result.ts';
import type { ResultStore } from '../result/store.ts';
import { modelHash } from './identity.ts';
import { ShardRunner } from './shard-runner.ts';

/** What explains shards of a result that was begun, by its plan alone. */
export interface ResultRunner {
  readonly result: SetResultGroup;
  readonly runner: ShardRunner;
  close(): Promise<void>;
}

/** @throws CliError where there is no result, or another model lies where the plan's was; ModelError */
export async function openRunner(store: ResultStore): Promise<ResultRunner> {
  const result = await openResult(store);
  const { source, hash } = result.plan.model;
  await useBackend('auto');
  const loaded: LoadedModel = await openModel(source);
  try {
    if ((await modelHash(source, loaded)) !== hash) {
      throw new CliError(`${source} is not the model that ${store.name} was begun with. Put that one back.`);
    }
    const runner = await ShardRunner.create(result, loaded);
    return {
      result,
      runner,
      close: async () => {
        try {
          await runner.close();
        } finally {
          loaded.dispose();
        }
      },
    };
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/** @throws CliError where there is no result */
export async function openResult(store: ResultStore): Promise<SetResultGroup> {
  const result = await SetResultGroup.open(store);
  if (result) return result;
  throw new CliError(`${store.name} is no result of explain-set. Give the folder that was named with --out.`);
}
