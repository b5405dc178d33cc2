#!/bin/bash
# A Slurm array: each task explains every n-th shard, n the number of tasks, and a last job merges.
#   sbatch --array=0-63 deploy/slurm.sh /data/images /data/model.onnx /data/result.zarr
#SBATCH --job-name=explain-set
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=24:00:00
#SBATCH --requeue
# The batch shell would not hand the signal on: it goes to the steps, five minutes before the time is over.
#SBATCH --signal=TERM@300

set -euo pipefail
if (($# != 3)); then
  echo "usage: sbatch --array=0-<n-1> $0 <source> <model> <result.zarr>" >&2
  exit 1
fi

# The repository; `npx -y pnpm@12.21.0 install` was run in it.
cd "${ABLATION_CAM:-$SLURM_SUBMIT_DIR}"

# The first task also lines up the merge, which runs when all tasks are done.
if [[ "${SLURM_ARRAY_TASK_ID:-0}" == "${SLURM_ARRAY_TASK_MIN:-0}" && "${SLURM_RESTART_COUNT:-0}" == 0 ]]; then
  sbatch --dependency="afterok:${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" --job-name=explain-set-merge \
    --wrap "node apps/cli/run.mjs explain-set merge '$3'"
fi

# The part is read from SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT.
srun node apps/cli/run.mjs explain-set "$1" --model "$2" --out "$3"
