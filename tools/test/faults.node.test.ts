import { once } from 'node:events';
import workerThreads, { type Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  callPoint,
  failEveryPoint,
  faultCommand,
  threadsAlive,
  threadsHere,
  type Fault,
  type FaultReport,
  type Scenario,
} from '../src/faults.ts';
import { dieAt } from '../src/faults/fail-every-point.ts';
import { awaitEach, awaitPoint } from '../src/faults/points.ts';
import { rewriteAwaits } from '../src/faults/rewrite-awaits.ts';

const test = suite('faults on purpose');

test('every await of a source tells where it is, on the line where it was', () => {
  const source = ['const a = await one(await two());', 'for await (const x of y) await x;', '// await'].join(
    '\n',
  );
  assert.is(
    rewriteAwaits(source, 'src/a.ts'),
    [
      'const a = await __awaitPoint("src/a.ts:1:11", one(await __awaitPoint("src/a.ts:1:21", two())));',
      'for await (const x of __awaitEach("src/a.ts:2:1", y)) await __awaitPoint("src/a.ts:2:26", x);',
      '// await',
    ].join('\n'),
  );
  assert.is(rewriteAwaits('const a = 1;', 'src/a.ts'), null);
});

class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code = 'not-found';
}

const BROKEN: Fault = { name: 'broken', instead: () => Promise.reject(new TypeError('broken')) };

/** Reads twice and adds: what is done about a failure is for each test to say. */
function reading(onFailure: (error: unknown) => number | Promise<number>): Scenario<number> {
  const read = (): Promise<number> => callPoint('read', [BROKEN], () => Promise.resolve(20));
  return {
    name: 'reading',
    run: async ({ signal, callback }) => {
      try {
        const first = await awaitPoint('a.ts:1:1', read());
        callback('progress', () => undefined)();
        signal.throwIfAborted();
        return first + (await awaitPoint('a.ts:2:1', read()));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return onFailure(error);
      }
    },
    check: (result) => {
      assert.is(result, 40);
    },
    census: () => ({ things: 0 }),
  };
}

const refusing = (error: unknown): never => {
  throw new ModelError('Cannot read.', { cause: error });
};

function kinds({ violations }: FaultReport): string[] {
  return [...violations.keys()].map((what) => what.replace(/ \(.*\)$/, '')).sort();
}

test('each point is failed once with each fault, and what comes of it is counted', async () => {
  const report = await failEveryPoint(reading(refusing));
  assert.is(report.points, 5);
  assert.is(report.sites, 4);
  assert.equal(
    [...report.strikes],
    [
      ['broken', 2],
      ['abort', 2],
      ['callback throws', 1],
    ],
  );
  assert.equal(
    [...report.refused],
    [
      ['not-found', 2],
      ['aborted', 1],
      ["the caller's own error", 1],
    ],
  );
  // The second abort comes when nobody looks at the signal any more.
  assert.is(report.recovered, 1);
  assert.is(report.violations.size, 0);
  const some = await failEveryPoint(reading(refusing), { sample: { strikes: 2, seed: 3 } });
  assert.is(
    [...some.strikes.values()].reduce((sum, count) => sum + count),
    2,
  );
  const none = await failEveryPoint(reading(refusing), { at: 'nowhere' });
  assert.is(none.strikes.size, 0);
  assert.equal([await partOfFaults(0), await partOfFaults(1)], [3, 2]);
});

async function partOfFaults(i: number): Promise<number> {
  const { strikes } = await failEveryPoint(reading(refusing), { part: [i, 2] });
  return [...strikes.values()].reduce((sum, count) => sum + count);
}

test('each time that a loop waits for its next value is a point, and so is its end', async () => {
  let isClosed = false;
  async function* values(): AsyncGenerator<number, void, undefined> {
    try {
      yield await Promise.resolve(1);
      yield 2;
    } finally {
      isClosed = true;
    }
  }
  const sum = async (signal: AbortSignal): Promise<number> => {
    let total = 0;
    for await (const value of awaitEach('a.ts:1:1', values())) {
      signal.throwIfAborted();
      total += value;
    }
    return total;
  };
  const report = await failEveryPoint({
    name: 'adding',
    prepare: () => {
      isClosed = false;
    },
    run: ({ signal }) => sum(signal),
    check: (total) => {
      assert.is(total, 3);
    },
    left: () => {
      assert.ok(isClosed);
    },
    census: () => ({}),
  });
  assert.is(report.points, 3);
  assert.equal([...report.refused], [['aborted', 2]]);
  assert.is(report.violations.size, 0);
  const walked: string[] = [];
  for await (const text of awaitEach('a.ts:2:1', ['a', 'b'])) walked.push(text);
  assert.equal(walked, ['a', 'b']);
});

test('an error without a type, a wrong result and a rejection nobody waits for are found', async () => {
  const untyped = await failEveryPoint(
    reading((error) => {
      throw error as Error;
    }),
  );
  assert.equal(kinds(untyped), ['an error without a type: TypeError: broken']);
  const wrong = await failEveryPoint(reading(() => 41));
  assert.is(wrong.violations.size, 1);
  assert.match([...wrong.violations.keys()].join(), /^the result is wrong/);
  const forgotten = await failEveryPoint(
    reading((error) => {
      void Promise.reject(new Error(String(error)));
      return refusing(error);
    }),
  );
  assert.ok(kinds(forgotten).includes('a rejection was not handled: Error: TypeError: broken'));
});

test('what is left alive, and a next call that is wrong, are found', async () => {
  let things = 0;
  const leaking = await failEveryPoint({
    ...reading((error) => {
      things++;
      return refusing(error);
    }),
    census: () => ({ things }),
  });
  assert.equal(
    [...leaking.violations],
    [['left alive', ['broken at read (1): +1 things', 'broken at read (2): +1 things']]],
  );
  let isSpoilt = false;
  const spoilt = reading((error) => {
    isSpoilt = true;
    return refusing(error);
  });
  const report = await failEveryPoint({
    ...spoilt,
    run: async (context) => (isSpoilt ? 0 : spoilt.run(context)),
  });
  assert.match(kinds(report).join(), /the result of the next call is wrong/);
});

test('a killed run is not heard of again, and what it has left is looked at', async () => {
  const disk: string[] = [];
  const killed: Fault = { name: 'killed halfway', isDeath: true, instead: () => disk.push('half') };
  const report = await failEveryPoint({
    name: 'writing',
    aborts: false,
    prepare: () => {
      disk.length = 0;
    },
    run: async () => {
      await awaitPoint(
        'a.ts:1:1',
        callPoint('write', [killed], () => Promise.resolve(disk.push('whole'))),
      );
      disk.push('after');
      return disk.length;
    },
    check: () => undefined,
    left: (isDead) => {
      assert.ok(isDead);
      assert.equal(disk, ['whole']);
    },
    census: () => ({}),
  });
  assert.is(report.killed, 1);
  assert.match([...report.violations.keys()].join(), /^left behind: Assertion/);
});

test('a process of its own can be killed instead, and is told where', async () => {
  const death: Fault = { name: 'killed before', isDeath: true, instead: () => undefined };
  const writing: Scenario<number> = {
    name: 'writing',
    aborts: false,
    run: () => Promise.resolve(callPoint('write', [death], () => 1)),
    check: () => undefined,
    census: () => ({}),
  };
  const told: unknown[] = [];
  const kill = (isKilled: boolean) => (strike: Parameters<typeof dieAt>[1]) => {
    told.push(strike);
    return Promise.resolve(isKilled);
  };
  const report = await failEveryPoint(writing, { kill: kill(true) });
  assert.equal([report.killed, report.missed], [1, 0]);
  const strike = { point: { site: 'write', occurrence: 1 }, fault: { name: 'killed before', isDeath: true } };
  assert.equal((told[0] as typeof strike).fault, strike.fault);
  const missed = await failEveryPoint(writing, { kill: kill(false) });
  assert.equal([missed.killed, missed.missed], [0, 1]);
  await new Promise<void>((resolve) => void dieAt(writing, strike, resolve));
});

test('a process that is dead computes on in vain, but changes nothing more, whatever runs after it', async () => {
  const disk: string[] = [];
  const death: Fault = { name: 'killed before', isDeath: true, instead: () => undefined };
  const write = (text: string): Promise<unknown> =>
    callPoint('write', [death], () => Promise.resolve(disk.push(text)));
  let turn = Promise.resolve();
  const scenario: Scenario<number> = {
    name: 'taking turns',
    aborts: false,
    prepare: () => {
      disk.length = 0;
      turn = Promise.resolve();
    },
    run: async () => {
      const before = turn;
      let release = (): void => undefined;
      turn = new Promise((resolve) => (release = resolve));
      await before;
      void write('one');
      await new Promise((resolve) => setTimeout(resolve, 5));
      release();
      await write('two');
      return disk.length;
    },
    left: () => {
      disk.length = 0;
    },
    check: (length) => {
      assert.is(length % 2, 0);
    },
    census: () => ({}),
  };
  const report = await failEveryPoint(scenario);
  assert.is(report.killed, 2);
  assert.equal([...report.violations], []);
});

test('what scenarios before had at a place can be left out', async () => {
  const known = new Set<string>();
  const first = await failEveryPoint(reading(refusing), { known });
  assert.is(first.had, 0);
  const second = await failEveryPoint(
    {
      ...reading(refusing),
      onlyNew: true,
      run: async (context) => {
        callPoint('own', [{ name: 'nothing', instead: (call) => call() }], () => undefined);
        return reading(refusing).run(context);
      },
    },
    { known },
  );
  assert.equal([...second.strikes], [['nothing', 1]]);
  assert.is(second.had, 5);
});

test('a thread of this one is asked and answers, fails and ends as one of its own', async () => {
  const echo = async (): Promise<void> => {
    const port = workerThreads.parentPort;
    if (workerThreads.workerData === 'broken') throw new ModelError('Cannot begin.');
    await Promise.resolve();
    port?.on('message', (text) => {
      port.postMessage([text, 'heard']);
    });
  };
  const { Worker: own } = workerThreads;
  const end = threadsHere({ echo });
  try {
    const begin = (workerData: string): Worker =>
      new workerThreads.Worker('program.js', { argv: ['echo'], workerData });
    const thread = begin('whole');
    await new Promise((resolve) => setImmediate(resolve));
    const bytes = new Uint8Array([1, 2]);
    thread.postMessage(bytes, [bytes.buffer]);
    assert.equal(await once(thread, 'message'), [[new Uint8Array([1, 2]), 'heard']]);
    assert.is(bytes.length, 0);
    assert.is(threadsAlive(), 1);
    const ended = once(thread, 'exit');
    await thread.terminate();
    assert.equal(await ended, [1]);
    const broken = begin('broken');
    const exit = new Promise((resolve) => broken.on('exit', resolve));
    const [error] = (await once(broken, 'error')) as [Error];
    assert.equal([error.name, error.message], ['ModelError', 'Cannot begin.']);
    assert.not.instance(error, ModelError);
    assert.is(await exit, 1);
    assert.is(threadsAlive(), 0);
  } finally {
    end();
  }
  assert.is(workerThreads.Worker, own);
});

test('a scenario whose place is not at hand is left out with the reason', async () => {
  const fails = (): Promise<never> => Promise.reject(new Error('It was run.'));
  const lines: string[] = [];
  const { exitCode } = process;
  await faultCommand(
    [{ name: 'queue', skipped: () => Promise.resolve('no database'), failEveryPoint: fails, dieAt: fails }],
    [],
    (line) => lines.push(line),
  );
  assert.is(process.exitCode, 0);
  process.exitCode = exitCode;
  assert.equal(lines, ['queue: skipped, no database', '0 points, 0 faults, 0 violations']);
});

test.run();
