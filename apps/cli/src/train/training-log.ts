import { join } from 'node:path';
import { openEventWriter, type EpochRecord } from '@ablation-cam/model';
import type { TrainRequest } from './request.ts';

/** Writes epochs for TensorBoard: two runs, as Keras does, so that training and validation share their plots. */
export async function openTrainingLog(
  folder: string,
  request: TrainRequest,
): Promise<{ write(record: EpochRecord): Promise<void> }> {
  const training = await openEventWriter(join(folder, 'train'));
  await training.text('request', `\`\`\`json\n${JSON.stringify(request, null, 2)}\n\`\`\``);
  const validation =
    request.settings.validationFraction > 0 ? await openEventWriter(join(folder, 'validation')) : null;
  return {
    write: async ({ epoch, loss, accuracy, learningRate, validationLoss, validationAccuracy }) => {
      await training.scalars(
        { epoch_loss: loss, epoch_accuracy: accuracy, epoch_learning_rate: learningRate },
        epoch,
      );
      if (validationLoss === null || validationAccuracy === null) return;
      await validation?.scalars({ epoch_loss: validationLoss, epoch_accuracy: validationAccuracy }, epoch);
    },
  };
}
