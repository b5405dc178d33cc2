import { imageModel, imageModelFiles, testImage } from './support/image-model.ts';
import { drop, explained, savedNumbers, type ViewerPage } from './support/viewer-page.ts';
import * as assert from 'uvu/assert';
import { viewerSuite } from './support/viewer-suite.ts';

const { test, onPage } = viewerSuite('live pictures in the viewer');

test('a camera is explained picture after picture, for the class that is chosen', () =>
  onPage({ hash: '#sample=textures:0&panel=live' }, async ({ page }) => {
    await explained(page);
    await page.getByRole('radio', { name: /^rings/ }).check({ force: true });
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByText(/[1-9][\d.]* pictures a second.*the map is of rings/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
    await explained(page);
    assert.is((await savedNumbers(page)).className, 'rings');
  }));

test('a video is explained picture after picture', async () => {
  const model = imageModel();
  const files = await imageModelFiles(model);
  model.dispose();
  await onPage({ hash: '#panel=live' }, async ({ page }) => {
    await explained(page);
    await drop(page, [...files, { name: 'picture.png', bytes: testImage() }]);
    await page.getByText('picture.png').first().waitFor();
    await explained(page);
    await page.getByLabel('Open video').setInputFiles({
      name: 'clip.webm',
      mimeType: 'video/webm',
      buffer: Buffer.from(await recordedVideo(page), 'base64'),
    });
    await page.getByText(/[1-9][\d.]* pictures a second/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).waitFor();
  });
});

/** A second or more of colored squares, recorded by the browser itself; base64. */
function recordedVideo(page: ViewerPage['page']): Promise<string> {
  return page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm;codecs=vp8' });
    const chunks: Blob[] = [];
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start(100);
    // The first recording of a busy browser begins late: its head alone is no video.
    for (let frame = 0; frame < 10 || new Blob(chunks).size < 600; frame++) {
      if (context) context.fillStyle = `hsl(${36 * frame}, 80%, 50%)`;
      context?.fillRect(0, 0, 64, 48);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
}

test.run();
