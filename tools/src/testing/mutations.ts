import type { SeededRandom } from './seeded-random.ts';

const numbers = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];

/** A file with some damage of the kinds that happen or are made on purpose: bits, numbers, parts. */
export function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let i = random.integer(1, 4); i > 0; i--) changed = mutate(changed, random);
  return changed;
}

function mutate(bytes: Uint8Array<ArrayBuffer>, random: SeededRandom): Uint8Array<ArrayBuffer> {
  if (bytes.length < 8) return bytes;
  // Half of all changes in the first part, where the structure of most formats is.
  const end = random.uniform() < 0.5 ? Math.min(bytes.length, 512) : bytes.length;
  const at = random.integer(0, end - 5);
  const view = new DataView(bytes.buffer);
  switch (random.integer(0, 5)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
      return bytes;
    case 1:
      bytes[at] = random.integer(0, 255);
      return bytes;
    case 2:
      view.setUint32(at, random.pick(numbers), random.uniform() < 0.5);
      return bytes;
    case 3:
      return bytes.slice(0, random.integer(0, bytes.length));
    case 4: {
      const length = random.integer(1, Math.min(64, bytes.length - at));
      bytes.copyWithin(random.integer(0, end - 1), at, at + length);
      return bytes;
    }
    default: {
      const length = random.integer(1, Math.min(32, bytes.length - at));
      const shorter = new Uint8Array(bytes.length - length);
      shorter.set(bytes.subarray(0, at));
      shorter.set(bytes.subarray(at + length), at);
      return shorter;
    }
  }
}

/** A JSON value with one of its parts, at any depth, replaced, removed or moved. */
export function mutatedJson(value: unknown, random: SeededRandom): unknown {
  const copy = structuredClone(value);
  let parent: Record<string, unknown> | null = null;
  let key = '';
  let here: unknown = copy;
  while (typeof here === 'object' && here !== null) {
    const keys = Object.keys(here);
    if (keys.length === 0 || (parent !== null && random.uniform() < 0.15)) break;
    parent = here as Record<string, unknown>;
    key = random.pick(keys);
    here = parent[key];
  }
  if (parent === null) return copy;
  if (random.uniform() < 0.2) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
    return copy;
  }
  parent[key] = random.pick<unknown>([
    ...[
      null,
      true,
      0,
      -1,
      1.5,
      1e9,
      1e308,
      2 ** 53,
      '',
      'x',
      'constructor',
      '__proto__',
      '\0',
      [],
      {},
      [[]],
      [null],
    ],
    ...[
      { class_name: 'Dense', config: {} },
      ['conv', 0, 0],
      copy,
      'relu',
      'Sequential',
      'linear',
      '../weights.bin',
    ],
  ]);
  if (parent[key] === copy) parent[key] = structuredClone(value);
  return copy;
}
