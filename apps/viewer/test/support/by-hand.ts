import { explained, type ViewerPage } from './viewer-page.ts';

type Page = ViewerPage['page'];

/** What the hand does, each by itself, so that what was slow has a name. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  'switching classes': async (page) => {
    for (const name of [/^dots/, /^weave/, /^stripes/, /^rings/]) {
      await page.getByRole('radio', { name }).check({ force: true });
    }
  },
  'dragging the opacity': (page) => drag(page, '.choice:has-text("Opacity") input', 0.9),
  'hovering channels': async (page) => {
    const chart = page.locator('.chart .u-over');
    await chart.scrollIntoViewIfNeeded();
    const box = await boxOf(page, '.chart .u-over');
    for (let i = 1; i < 20; i++) await page.mouse.move(box.x + (box.width * i) / 20, box.y + box.height / 2);
  },
  painting: paint,
  // Two for taking the file and laying out what is new.
  'opening a photograph of 12 megapixels': Object.assign(
    async (page: Page) => {
      await page.evaluate(() => {
        const transfer = new DataTransfer();
        transfer.items.add(Reflect.get(window, 'photograph') as File);
        const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
        document.querySelector('.page')?.dispatchEvent(event);
      });
      // Shown no larger than a window shows it.
      await page.locator('.stage canvas[width="1024"]').first().waitFor();
      await explained(page);
    },
    { allowed: 2 },
  ),
  'painting over a photograph': paint,
};

type Deed = ((page: Page) => Promise<void>) & { readonly allowed?: number };

async function paint(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Erase a part' }).click();
  const box = await boxOf(page, '.stage [data-frame]');
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.3 * box.height);
  await page.mouse.down();
  for (let i = 0; i < 25; i++) {
    await page.mouse.move(box.x + (0.3 + 0.01 * i) * box.width, box.y + (0.3 + 0.01 * i) * box.height);
  }
  await page.mouse.up();
  await explained(page);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('button', { name: 'Erase a part' }).click();
}

async function boxOf(
  page: Page,
  selector: string,
): Promise<{ x: number; y: number; width: number; height: number }> {
  await page.locator(selector).first().scrollIntoViewIfNeeded();
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`there is no ${selector}`);
  return box;
}

/** Drags within an element, from about its first third to a share of its width. */
export async function drag(page: Page, selector: string, to: number): Promise<void> {
  const box = await boxOf(page, selector);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 0.3 * box.width, y);
  await page.mouse.down();
  for (let i = 0; i <= 20; i++) await page.mouse.move(box.x + (0.3 + (i / 20) * (to - 0.3)) * box.width, y);
  await page.mouse.up();
}

/** Puts a JPEG of 4000 x 3000 pixels aside in the page. */
export async function makePhotograph(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const context = canvas.getContext('2d');
    for (let i = 0; i < 300 && context; i++) {
      context.fillStyle = `hsl(${(i * 47) % 360}, 70%, ${30 + (i % 40)}%)`;
      context.fillRect((i * 331) % 4000, (i * 173) % 3000, 700, 500);
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
    Object.assign(window, { photograph: new File([blob], 'photograph.jpg') });
  });
}
