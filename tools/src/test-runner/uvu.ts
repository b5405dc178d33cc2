import { suite as uvuSuite, type Callback, type Test } from 'uvu';
import { record } from './record.ts';

export * from 'uvu';

/**
 * uvu's `suite`, except that an error in a hook is reported. In uvu 0.5.6 an error in `before` makes the suite count as passed
 * without running it, and one in `after` ends the whole run.
 */
export function suite<T = Record<string, unknown>>(title?: string, context?: T): Test<T> {
  const test = uvuSuite<T>(title, context);
  const watch =
    (hook: string, callback: Callback<T>, rethrow: boolean): Callback<T> =>
    async (state) => {
      try {
        await callback(state);
      } catch (error) {
        record.hookErrors.push({ hook, suite: title ?? '', error });
        if (rethrow) throw error;
      }
    };
  const before = test.before.bind(test);
  const after = test.after.bind(test);
  const [beforeEach, afterEach] = [test.before.each.bind(test), test.after.each.bind(test)];
  test.before = Object.assign(
    (callback: Callback<T>) => {
      before(watch('before', callback, true));
    },
    { each: beforeEach },
  );
  test.after = Object.assign(
    (callback: Callback<T>) => {
      after(watch('after', callback, false));
    },
    {
      each: (callback: Callback<T>) => {
        afterEach(watch('after.each', callback, true));
      },
    },
  );
  return test;
}

export const test = suite();
