import { Argument, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { RegisterCommand } from '../command.ts';
import { DATA_NAMES, NETWORK_NAMES } from '../train/request.ts';
import { CliError } from '../errors.ts';
import { PROGRAM } from '../program-name.ts';

const NOTES = `
What is not given comes from the recipe of the data: mnist1d, textures and tissue those that made the embedded models (AdamW,
cosine schedule), hmt that of the original study (SGD, its schedule, patience 8, its augmentation). The validation split is taken
from the training data; test data are never read here, evaluate does that. The same command gives the same weights on the
same machine, also when it is interrupted with Ctrl-C, or killed, and resumed.

Examples:
  ${PROGRAM} train mnist1d                                   about a minute, accuracy 0.95 on the test set
  ${PROGRAM} train textures --tensorboard logs
  ${PROGRAM} train tissue --data images/train                any folder of class folders; small images, an hour and a half
  ${PROGRAM} train hmt --data images/train --epochs 20 --out runs/vgg7
  ${PROGRAM} train hmt --data images/train --network resnet --size 96 --optimizer adam --lr 1e-3 --schedule cosine
  ${PROGRAM} train --resume runs/vgg7                        go on where it stopped`;

/** `train`: networks from scratch, resumable to the bit. */
export const train: RegisterCommand = (program, { signal }) => {
  program
    .command('train')
    .description(
      'Train a classifier on generated data or on a folder of images, and save it in TF.js format.',
    )
    .addArgument(
      new Argument(
        '[data]',
        'what to train on; tissue and hmt stand for any folder of class folders',
      ).choices(DATA_NAMES),
    )
    .option(
      '--data <dir>',
      'the folder of class folders of images (PNG, JPEG, TIFF, WebP), for tissue and hmt',
    )
    .addOption(
      new Option('--network <network>', 'what to train (default: convnet for mnist1d, else vgg7)').choices(
        NETWORK_NAMES,
      ),
    )
    .option(
      '--size <pixels>',
      'side of the images the network takes (default: 64 for textures, 75 for tissue, 224 for hmt)',
      count,
    )
    .option('--samples <n>', 'images to generate, for textures (default: 2000)', count)
    .option('--limit <n>', 'only so many training samples, evenly from all classes', count)
    .option('--augment', 'turn, shear and mirror the images at random (default for tissue and hmt)')
    .option('--no-augment', 'use the images as they are')
    .option(
      '--rescale',
      'let vgg7 begin with a layer that takes [0, 1] to [-1, 1] (default for textures and tissue)',
    )
    .option('--no-rescale', 'let vgg7 begin with its first convolution')
    .option(
      '--normalize <how>',
      'scale of 8-bit images: 0..1, -1..1, imagenet, or mean:deviation, each one number or one a channel with commas (default: 0..1)',
    )
    .option('--epochs <n>', 'passes over the training data', count)
    .option('--batch <n>', 'samples a step', count)
    .addOption(
      new Option('--optimizer <optimizer>', 'update rule').choices(['sgd', 'adam', 'adamw'] as const),
    )
    .option('--momentum <m>', 'of sgd, in [0, 1)', number)
    .option('--weight-decay <d>', 'decoupled decay of adamw, times the learning rate', number)
    .option('--lr <rate>', 'learning rate', number)
    .addOption(
      new Option(
        '--schedule <schedule>',
        'of the learning rate; report: rate * 0.5^(epoch / 15); cosine: a warm-up, then half a cosine to 0',
      ).choices(['constant', 'report', 'cosine'] as const),
    )
    .option('--warmup <epochs>', 'linear rise of the learning rate before the cosine', number)
    .option('--l2 <penalty>', 'L2 penalty on the kernels (default: 5e-4, 0 for textures and tissue)', number)
    .option(
      '--validation <fraction>',
      'part of the training data held out to choose the best epoch; 0 keeps the last',
      number,
    )
    .option('--patience <n>', 'epochs without a lower validation loss before it stops, or none', patience)
    .option(
      '--seed <n>',
      'of the initial weights, the validation split, the order and the augmentation',
      wholeNumber,
    )
    .addOption(
      new Option('--backend <backend>', 'TensorFlow.js backend (default: auto)').choices([
        'auto',
        'webgpu',
        'wasm',
        'cpu',
      ] as const),
    )
    .option('--out <dir>', 'folder of the trained model and its history.json (default: runs/<data>)')
    .option('--resume <dir>', 'go on with the training in this folder, as it was started')
    .option('--tensorboard <dir>', 'write event files for TensorBoard into this folder')
    .addHelpText('after', NOTES)
    .action(async (data, options) => {
      const { resume, out, tensorboard, ...given } = options;
      const { readRequest, runTrain } = await import('../train/run-train.ts');
      if (resume !== undefined) {
        const [extra] = [data, out, ...Object.values(given)].filter((value) => value !== undefined);
        if (extra !== undefined) {
          throw new CliError(
            `--resume goes on with a training as it was started and takes nothing else but --tensorboard; leave out ${String(extra)}.`,
          );
        }
        await runTrain(
          { request: await readRequest(resume), out: resume, resume: true, tensorboard },
          signal,
        );
        return;
      }
      if (data === undefined)
        throw new CliError(`Say what to train on: ${DATA_NAMES.join(', ')}, or --resume <dir>.`);
      const { completeRequest } = await import('../train/request.ts');
      const { defaultTrainingSettings, mnist1dRecipe, texturesRecipe, tissueRecipe } =
        await import('@ablation-cam/model');
      const recipes = {
        mnist1d: mnist1dRecipe,
        textures: texturesRecipe,
        tissue: tissueRecipe,
        hmt: defaultTrainingSettings,
      };
      const request = completeRequest(data, given, recipes[data]);
      await runTrain({ request, out: out ?? `runs/${data}`, resume: false, tensorboard }, signal);
    });
};

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function count(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be at least 1.');
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}

/** Commander makes an empty text of null. */
function patience(text: string): number | 'none' {
  return text === 'none' ? text : count(text);
}
