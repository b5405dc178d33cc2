import type { Launch } from '../launch/launch.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import { blocksOf, pooledPositions, storedElements, type Result } from './result.ts';
import { REDUCE_BLOCKS } from './shaders.ts';

/**
 * Returns the launch of a result that is pooled over all positions; or, where not all windows go together, that of sums of blocks
 * of them and one that finishes these.
 *
 * @param together windows of a block
 */
export function reducedInBlocks(
  result: Result,
  together: number,
  launch: (result: Result) => Launch,
): Launch[] {
  const { batch, segment, output, isDelta, reduction } = result;
  if (together >= pooledPositions(result)) return [launch(result)];
  const inBlocks = { ...result, blockWindows: together };
  const elements = storedElements(inBlocks);
  const parts = batch.workspace.parts(elements);
  const blocks = blocksOf(inBlocks);
  const batches = batch.inputs * batch.variants;
  const results = batches * segment.length;
  return [
    launch({ ...inBlocks, output: parts }),
    {
      shader: REDUCE_BLOCKS,
      overrides: {},
      uniforms: [
        Uint32Array.of(
          batches,
          blocks,
          segment.length,
          Number(isDelta),
          REDUCTION_CODES[reduction ?? 'none'],
          pooledPositions(result),
        ),
      ],
      buffers: { 1: output, 2: parts },
      writes: [1],
      threads: results,
      work: { turns: blocks, operations: 3 * blocks * results, loads: elements, stores: results },
    },
  ];
}
