/** How a page is looked at. */
export interface Look {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  /** Whether the colors are the user's own, as high contrast asks. */
  readonly isForced: boolean;
}

/** What a page is opened on, with its looks: those of one device are taken of one page. */
export interface Device {
  readonly name: string;
  readonly isPhone: boolean;
  readonly looks: readonly Look[];
}

export const DEVICES: readonly Device[] = [
  {
    name: 'desk',
    isPhone: false,
    looks: [
      look(1440, 900, 'light'),
      look(1440, 900, 'dark'),
      look(1280, 720, 'light'),
      look(1280, 720, 'dark'),
      look(1280, 720, 'light', true),
      look(1280, 720, 'dark', true),
    ],
  },
  {
    name: 'phone',
    isPhone: true,
    // As narrow as pages get: enlarged to 400 % on a screen of 1280 pixels.
    looks: [look(390, 844, 'light'), look(390, 844, 'dark'), look(320, 640, 'light')],
  },
];

function look(width: number, height: number, colorScheme: Look['colorScheme'], isForced = false): Look {
  const name = `${width}x${height}-${isForced ? 'forced-' : ''}${colorScheme}`;
  return { name, size: { width, height }, colorScheme, isForced };
}
