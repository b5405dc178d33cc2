import type { SeededRandom } from '@ablation-cam/tools/testing';

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PRI',
  'get',
  'M-SEARCH',
  '',
  'G\0T',
];
const TARGETS = [
  ...[
    '/',
    '//',
    '///',
    '//[',
    '/\\',
    '\\',
    '*',
    '',
    '?',
    '#',
    '/?',
    '/#',
    '/%',
    '/%00',
    '/%zz',
    '/..',
    '/../../etc/passwd',
  ],
  ...[
    'http://',
    'http://[',
    'http://[::1',
    'http://127.0.0.1/',
    'https://x:99999/',
    'file:///etc/passwd',
    'data:,x',
  ],
  ...[
    'http://user:pass@/',
    '//user@:0/',
    '/index.html',
    '/page.js?x=1',
    '/__proto__',
    '/constructor',
    '/\u00ff\u0080',
  ],
  ...[
    '127.0.0.1:80',
    ':80',
    '/'.repeat(5000),
    `/${'a'.repeat(20_000)}`,
    '/?model=https://x/m.json&embed=1',
    '/?embed=%zz',
    '/service-worker.js',
    '/worker.js',
    '/embed.js',
    '/\t',
    '/ /',
    'javascript:0',
    '/..%2f..%2fetc',
  ],
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/0.9',
  'HTTP/1.',
  'HTTP/9999999999',
  'http/1.1',
  '',
  'ICE/1.0',
];
const HEADERS = [
  ...[
    'Host: 127.0.0.1',
    'Host: localhost:1',
    'Host:',
    'Host: [',
    'Host: a\r\nHost: b',
    'Host: \0',
    'host : x',
  ],
  ...[
    'Content-Length: 5',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Content-Length: 1, 2',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: x',
    'Expect: 100-continue',
  ],
  ...[
    'Expect: x',
    'Connection: upgrade\r\nUpgrade: websocket',
    'Connection: close',
    'Connection: keep-alive, x',
    'Upgrade: h2c',
  ],
  ...[
    'Range: bytes=0-',
    'Range: bytes=-99999999999',
    `X: ${'y'.repeat(70_000)}`,
    ':',
    'a',
    ' folded',
    'Cookie: \xff',
    '\u0000: x',
  ],
  ...[
    'Accept-Encoding: br',
    'Accept-Encoding: gzip;q=0.5, br;q=0.000',
    `Accept-Encoding: ${'br;'.repeat(2000)}`,
    'If-None-Match: W/"x", "y',
    `If-None-Match: ${'"'.repeat(5000)}`,
  ],
  ...[
    'If-None-Match: *',
    'Sec-WebSocket-Key: x',
    'Trailer: x',
    'TE: trailers',
    'Content-Type: \r',
    'HTTP2-Settings: AAAA',
  ],
];
const BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffffffffffff\r\n',
  '0\r\n',
  '-1\r\n',
  '\0\0\0\0\0',
];

/** Bytes for a server, most of them nearly a request. */
export function rawRequest(random: SeededRandom): Buffer {
  if (random.uniform() < 0.1) return noise(random);
  const times = random.uniform() < 0.1 ? random.integer(2, 5) : 1;
  const requests = Array.from({ length: times }, () => oneRequest(random));
  const bytes = Buffer.from(requests.join(''), 'latin1');
  return random.uniform() < 0.3 ? damaged(bytes, random) : bytes;
}

function oneRequest(random: SeededRandom): string {
  const sane = random.uniform() < 0.5;
  const head = [
    `${sane ? 'GET' : random.pick(METHODS)} ${random.pick(TARGETS)} ${sane ? 'HTTP/1.1' : random.pick(VERSIONS)}`,
    ...(sane ? ['Host: 127.0.0.1'] : []),
    ...Array.from({ length: random.integer(0, 5) }, () => random.pick(HEADERS)),
  ];
  const newline = random.uniform() < 0.9 ? '\r\n' : random.pick(['\n', '\r', '\r\n\r\n', '']);
  return `${head.join(newline)}${newline}${newline}${random.pick(BODIES)}`;
}

function damaged(bytes: Buffer, random: SeededRandom): Buffer {
  const changed = Buffer.from(bytes.subarray(0, random.integer(0, bytes.length)));
  for (let i = random.integer(0, 4); i > 0 && changed.length > 0; i--) {
    changed[random.integer(0, changed.length - 1)] = random.integer(0, 255);
  }
  return changed;
}

function noise(random: SeededRandom): Buffer {
  return Buffer.from(Array.from({ length: random.integer(0, 200) }, () => random.integer(0, 255)));
}
