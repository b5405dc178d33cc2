import { sealedJson } from '@ablation-cam/model';
import { mutated, mutatedJson, seededRandom, type FuzzSubject } from '@ablation-cam/tools/testing';
import { renderComparison } from '../../src/report/compare.ts';
import { renderTable } from '../../src/report/table.ts';
import { readRun } from '../../src/results/read-run.ts';
import { benchRun, dataSetResult, endToEndResult, result } from '../support.ts';

/** Results of the bench, which are shown as well where they are read. */
export async function makeSubject(): Promise<FuzzSubject> {
  const loop = result({
    strategy: 'masked-loop',
    executor: 'tfjs-wasm',
    medianMs: 30,
    quartilesMs: [29, 31],
  });
  const run = { ...benchRun([result(), loop]), endToEnd: [endToEndResult()], dataSets: [dataSetResult()] };
  const bytes = new TextEncoder().encode(await sealedJson(run));
  const show = async (source: Uint8Array | string): Promise<void> => {
    const read = await readRun(source, 'run.json');
    renderTable(read);
    renderComparison(run, read);
  };
  return {
    targets: [
      { name: 'bench results', read: (seed) => show(mutated(bytes, seededRandom(seed))) },
      {
        name: 'bench results, by values',
        read: async (seed) => show(await sealedJson(mutatedJson(run, seededRandom(seed)) as object)),
      },
    ],
  };
}
