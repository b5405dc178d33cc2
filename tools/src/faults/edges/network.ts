import { makePoint, type Fault } from '../points.ts';

const lost = (code: string, text: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`${text} ${code}`), { code }) });

const answered = (name: string, status: number): Fault => ({
  name,
  instead: () => Promise.resolve(new Response('', { status })),
});

const FAULTS: readonly Fault[] = [
  { name: 'no connection', instead: () => Promise.reject(lost('ECONNREFUSED', 'connect')) },
  {
    name: 'answer lost',
    instead: async (call) => {
      await call();
      throw lost('ECONNRESET', 'read');
    },
  },
  {
    name: 'answer cut off',
    instead: async (call) => {
      const { status, headers } = (await call()) as Response;
      const cut = new ReadableStream({
        pull: (controller) => {
          controller.error(new TypeError('terminated'));
        },
      });
      return new Response(cut, { status, headers });
    },
  },
  answered('server busy', 503),
  answered('server fails', 500),
  answered('not permitted', 403),
  { name: 'killed before', isDeath: true, instead: () => undefined },
  { name: 'killed after', isDeath: true, instead: (call) => call() },
];

/** Makes every request by `fetch` a point; to be called once. */
export function requestsArePoints(): void {
  makePoint(globalThis, 'fetch', () => FAULTS);
}
