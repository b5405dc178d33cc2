import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { openSite } from '../test/support/viewer-page.ts';
import { DEVICES } from './looks.ts';
import { MadeFolders } from './made-files.ts';
import { SCENES } from './scenes.ts';
import { takePictures, type Picture } from './take-pictures.ts';

const DOCS = fileURLToPath(new URL('../../../docs/images', import.meta.url));

/** The pictures of the documentation. */
const IN_DOCS: readonly Picture[] = [
  { scene: 'start', look: '1280x720-light', file: 'viewer.png', isWhole: false },
  { scene: 'channels-off', look: '1280x720-dark', file: 'viewer-channels.png', isWhole: true },
];

await new Command('node apps/viewer/screenshots.mjs')
  .description(
    'Takes the pictures of the viewer in docs/images or, with --out, one of every scene in every look, to be looked at: nothing may ' +
      'overlap, jump, be cut off or need a guess.',
  )
  .option('--out <folder>', 'where the pictures of all scenes go, as SCENE-WIDTHxHEIGHT-COLORS.png')
  .option('--only <scenes...>', 'only scenes whose names begin with one of these')
  .option(
    '--looks <looks...>',
    'only looks whose names begin with one of these, such as 390x844 or 1280x720-forced',
  )
  .action(async ({ out, only, looks }) => {
    const pictures = out === undefined ? IN_DOCS : everyPicture(only, looks);
    const folder = out ?? DOCS;
    await mkdir(folder, { recursive: true });
    const site = await openSite();
    const made = new MadeFolders();
    try {
      for (const scene of SCENES)
        for (const device of DEVICES) {
          const wanted = pictures.filter((picture) => picture.scene === scene.name);
          await takePictures(site, made, scene, device, wanted, folder);
        }
    } finally {
      await site.close();
      await made.remove();
    }
  })
  .parseAsync();

function everyPicture(only: readonly string[] = [''], looks: readonly string[] = ['']): readonly Picture[] {
  const begins = (name: string, beginnings: readonly string[]): boolean =>
    beginnings.some((beginning) => name.startsWith(beginning));
  const names = DEVICES.flatMap((device) => device.looks.map(({ name }) => name));
  return SCENES.filter(({ name }) => begins(name, only)).flatMap((scene) =>
    names
      .filter((name) => begins(name, looks))
      .map((look) => ({ scene: scene.name, look, file: `${scene.name}-${look}.png`, isWhole: true })),
  );
}
