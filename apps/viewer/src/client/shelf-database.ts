import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ClassView, NetworkView, OwnModel, Shelf, ShelvedInput } from '../state/shelf.ts';

interface ShelfSchema extends DBSchema {
  models: { key: string; value: OwnModel };
  inputs: { key: string; value: ShelvedInput };
  views: { key: string; value: NetworkView };
  classes: { key: string; value: ClassView };
}

type KeptShelf = Pick<Shelf, 'models' | 'inputs' | 'views' | 'classes'>;

/** The shelf on the disk, in the browser's database of this page. */
export class ShelfDatabase {
  readonly #database: IDBPDatabase<ShelfSchema>;

  private constructor(database: IDBPDatabase<ShelfSchema>) {
    this.#database = database;
  }

  /** @throws DOMException where the browser keeps nothing for this page */
  static async open(): Promise<ShelfDatabase> {
    return new ShelfDatabase(
      await openDB<ShelfSchema>('ablation-cam-viewer', 1, {
        upgrade: (database) => {
          for (const name of ['models', 'inputs', 'views', 'classes'] as const)
            database.createObjectStore(name);
        },
      }),
    );
  }

  /** Returns what was kept, the oldest first: ids grow with time. */
  async read(): Promise<KeptShelf> {
    const transaction = this.#database.transaction(['models', 'inputs', 'views', 'classes']);
    const entriesOf = async <N extends 'views' | 'classes'>(
      name: N,
    ): Promise<Record<string, ShelfSchema[N]['value']>> => {
      const store = transaction.objectStore(name);
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      return Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
    };
    const [models, inputs, views, classes] = await Promise.all([
      transaction.objectStore('models').getAll(),
      transaction.objectStore('inputs').getAll(),
      entriesOf('views'),
      entriesOf('classes'),
    ]);
    return { models, inputs, views, classes };
  }

  /**
   * Writes what differs between two shelves, all or nothing.
   *
   * @throws DOMException `QuotaExceededError` where there is no room
   */
  async write(before: KeptShelf, after: KeptShelf): Promise<void> {
    const transaction = this.#database.transaction(['models', 'inputs', 'views', 'classes'], 'readwrite');
    const change = <N extends 'models' | 'inputs' | 'views' | 'classes'>(
      name: N,
      old: ReadonlyMap<string, ShelfSchema[N]['value']>,
      now: ReadonlyMap<string, ShelfSchema[N]['value']>,
    ): Promise<unknown>[] => {
      const store = transaction.objectStore(name);
      return [
        ...[...old.keys()].filter((key) => !now.has(key)).map((key) => store.delete(key)),
        ...[...now]
          .filter(([key, value]) => isOther(old.get(key), value))
          .map(([key, value]) => store.put(value, key)),
      ];
    };
    await Promise.all([
      ...change('models', byId(before.models), byId(after.models)),
      ...change('inputs', byInput(before.inputs), byInput(after.inputs)),
      ...change('views', new Map(Object.entries(before.views)), new Map(Object.entries(after.views))),
      ...change('classes', new Map(Object.entries(before.classes)), new Map(Object.entries(after.classes))),
      transaction.done,
    ]);
  }
}

function byId(models: readonly OwnModel[]): ReadonlyMap<string, OwnModel> {
  return new Map(models.map((model) => [model.id, model]));
}

function byInput(inputs: readonly ShelvedInput[]): ReadonlyMap<string, ShelvedInput> {
  return new Map(inputs.map((shelved) => [shelved.input.id, shelved]));
}

/** Views are made anew whenever something is noted. */
function isOther(old: object | undefined, value: object): boolean {
  return old !== value && (old === undefined || JSON.stringify(old) !== JSON.stringify(value));
}
