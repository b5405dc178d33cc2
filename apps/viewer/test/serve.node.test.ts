import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { serve, type Server } from '../src/server/serve.ts';
import { fuzzServer } from './support/fuzz/fuzz-server.ts';
import { sendRaw } from './support/fuzz/send-raw.ts';

const test = suite('the server of the viewer');
const page = '<!doctype html>';
const long = 'p { color: red }\n'.repeat(1000);
/** Larger than what a connection's buffers take. */
const large = new Uint8Array(2 ** 24);
let server: Server;
let port = 0;

test.before(async () => {
  const encoder = new TextEncoder();
  server = await serve(
    new Map([
      ['index.html', encoder.encode(page)],
      ['style.css', encoder.encode('p {}')],
      ['large.wasm', large],
      ['embed.js', encoder.encode('1')],
      ['long.css', encoder.encode(long)],
    ]),
    0,
  );
  port = Number(new URL(server.url).port);
});

test.after(() => {
  server.close();
});

test.after.each(async () => {
  assert.is(await (await fetch(server.url)).text(), page, 'the server is still there');
});

async function status(request: string): Promise<string> {
  const { text, isDone } = await sendRaw(port, Buffer.from(request, 'latin1'), 20_000);
  assert.ok(isDone, 'the connection is closed');
  return text.slice(0, 12);
}

const own = 'HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';

for (const [target, expected] of [
  ['/', '200'],
  ['/?x', '200'],
  ['/style.css', '200'],
  ['http://127.0.0.1/style.css', '200'],
  ['http://127.0.0.1/', '200'],
  ['//', '404'],
  ['//[', '404'],
  ['http://[', '404'],
  ['*', '404'],
  ['/%', '404'],
  ['/../index.html', '404'],
  ['/__proto__', '404'],
] as const) {
  test(`GET ${target} is answered with ${expected}`, async () => {
    assert.is(await status(`GET ${target} ${own}`), `HTTP/1.1 ${expected}`);
  });
}

test('files are packed as the client takes them, and not sent again where it has them', async () => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}long.css`, { headers });
  for (const [accepted, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['identity', null],
  ] as const) {
    const response = await ask({ 'accept-encoding': accepted });
    assert.is(response.headers.get('content-encoding'), encoding, accepted);
    const length = Number(response.headers.get('content-length'));
    assert.ok(encoding === null ? length === long.length : length < long.length / 10, `${length} bytes`);
    assert.is(await response.text(), long);
    const etag = response.headers.get('etag') ?? '';
    const again = await ask({ 'accept-encoding': accepted, 'if-none-match': etag });
    assert.equal([again.status, await again.text()], [304, '']);
  }
  assert.is((await ask({ 'if-none-match': '"another"' })).status, 200);
});

test('only the embedded view may be framed, and only its element loaded by other pages', async () => {
  for (const [path, framed, policy] of [
    ['', "frame-ancestors 'none'", 'same-origin'],
    ['?embed=1&model=net.h5', 'frame-ancestors *', 'same-origin'],
    ['?embed=10', "frame-ancestors 'none'", 'same-origin'],
    ['style.css?embed=1', "frame-ancestors 'none'", 'same-origin'],
    ['embed.js', "frame-ancestors 'none'", 'cross-origin'],
  ] as const) {
    const { headers } = await fetch(server.url + path);
    assert.ok(headers.get('content-security-policy')?.endsWith(framed), path);
    assert.match(headers.get('content-security-policy') ?? '', "connect-src 'self';");
    assert.is(headers.get('cross-origin-resource-policy'), policy, path);
  }
});

test('other methods, other hosts, tunnels, upgrades and what is no request are answered or dropped', async () => {
  assert.is(await status(`POST / ${own}`), 'HTTP/1.1 405');
  assert.is(
    await status('GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n'),
    'HTTP/1.1 404',
  );
  assert.is(
    await status('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    'HTTP/1.1 200',
  );
  assert.is(await status(`CONNECT 127.0.0.1:80 ${own}`), '');
  assert.is(await status('\x16\x03\x01'), 'HTTP/1.1 400');
  assert.is(await status(`GET /${'a'.repeat(100_000)} ${own}`), 'HTTP/1.1 400');
});

test('a body without end is not read', async () => {
  const socket = await opened();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
  const more = (): void => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
  await closed;
});

test('clients that send a byte at a time, or stop reading, hold nobody up', async () => {
  const slow = await Promise.all(Array.from({ length: 20 }, opened));
  const timers = slow.map((socket) => setInterval(() => socket.write('G'), 50));
  const lazy = await Promise.all(Array.from({ length: 20 }, opened));
  for (const socket of lazy) {
    socket.pause();
    socket.write(`GET /large.wasm ${own}`);
  }
  const start = performance.now();
  assert.is((await fetch(server.url)).status, 200);
  // Some milliseconds; busy cores take longer, a client that is waited for would take seconds for ever.
  assert.ok(performance.now() - start < 5000);
  for (const timer of timers) clearInterval(timer);
  for (const socket of [...slow, ...lazy]) socket.destroy();
});

test('five hundred connections at once are answered, and the silent ones among them dropped', async () => {
  const silent = await Promise.all(Array.from({ length: 250 }, opened));
  const closed = Promise.all(silent.map((socket) => new Promise((resolve) => socket.on('close', resolve))));
  const answers = await Promise.all(Array.from({ length: 250 }, () => status(`GET /style.css ${own}`)));
  assert.equal(new Set(answers), new Set(['HTTP/1.1 200']));
  for (const socket of silent) socket.resume().write('GET / HT');
  await closed;
});

test('thousands of requests that are nearly right are each answered or dropped', async () => {
  const { answered, dropped, stuck } = await fuzzServer(port, 5000, 1);
  assert.equal(stuck, []);
  assert.is(answered + dropped, 5000);
  assert.ok(answered > 2500 && dropped > 0, `${answered} answered, ${dropped} dropped`);
});

function opened(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

test.run();
