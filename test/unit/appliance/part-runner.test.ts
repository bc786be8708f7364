import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Part } from '../../../src/appliance/part.ts';
import { PartRunner } from '../../../src/appliance/part-runner.ts';
import { Health } from '../../../src/health/health.ts';
import { createMetrics } from '../../../src/health/metrics.ts';
import { userEvent } from '../../support/events.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

function run(parts: readonly Part[]) {
  const { log, lines } = recordingLog();
  const clock = new ManualClock();
  const health = new Health(clock, log);
  const loading: string[] = [];
  const runner = new PartRunner(parts, {
    health,
    log,
    clock,
    onLoading: (sink) => loading.push(sink),
  });
  return { runner, health, lines, loading, clock };
}

/** Writes down in `done` what is asked of it. */
const partThatNotes = (name: string, done: string[], isSink = false): Part => ({
  name,
  start: async () => void done.push(`start ${name}`),
  stopTaking: async () => void done.push(`stop taking ${name}`),
  stop: async () => void done.push(`stop ${name}`),
  ...(isSink && { sink: { name: `${name} sink`, accept: () => {} } }),
});

const never = new AbortController().signal;

describe('parts', () => {
  test('start in order; they stop in reverse, after all have let in the last event', async () => {
    const done: string[] = [];
    const parts = [
      partThatNotes('state', done),
      partThatNotes('mqtt', done, true),
      partThatNotes('slack', done, true),
      partThatNotes('button', done),
    ];
    const { runner, loading } = run(parts);
    await runner.start();
    await runner.stop(never);
    assert.deepEqual(done, [
      'start state',
      'start mqtt',
      'start slack',
      'start button',
      'stop taking state',
      'stop taking mqtt',
      'stop taking slack',
      'stop taking button',
      'stop button',
      'stop slack',
      'stop mqtt',
      'stop state',
    ]);
    assert.deepEqual(loading, ['mqtt sink', 'slack sink']);
  });

  test('each stops only when the one after it has', async () => {
    const done: string[] = [];
    const slow: Part = {
      name: 'slow',
      stop: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        done.push('stop slow');
      },
    };
    await run([partThatNotes('state', done), slow]).runner.stop(never);
    assert.deepEqual(done, ['stop taking state', 'stop slow', 'stop state']);
  });

  test('one that hangs, while it stops to take events or stops, is left behind at the deadline', async () => {
    const done: string[] = [];
    const hangs = () => new Promise<void>(() => {});
    const { runner } = run([
      partThatNotes('lights', done),
      { name: 'hangs', stopTaking: hangs, stop: hangs },
    ]);
    const deadline = new AbortController();
    setTimeout(() => deadline.abort(), 20);
    await runner.stop(deadline.signal);
    assert.deepEqual(done, ['stop taking lights', 'stop lights']);
  });

  test('one that fails to stop is logged under its name, and the others stop', async () => {
    const done: string[] = [];
    const { runner, lines } = run([
      partThatNotes('lights', done),
      {
        name: 'satellite',
        stopTaking: () => {
          throw new Error('no goodbye');
        },
        stop: async () => {
          throw new Error('no end');
        },
      },
    ]);
    await runner.stop(never);
    assert.deepEqual(done, ['stop taking lights', 'stop lights']);
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0] ?? '', /error +satellite: did not stop cleanly: Error: no goodbye/);
    assert.match(lines[1] ?? '', /error +satellite: did not stop cleanly: Error: no end/);
  });
});

test('what waits for a sink, was dropped there or failed is counted under its name', async () => {
  let accepted = 0;
  const sink = {
    name: 'broker',
    accept: () => {
      accepted += 1;
      if (accepted <= 2) throw new Error('broken on purpose');
    },
  };
  const { runner, lines } = run([{ name: 'mqtt', sink }]);
  const statistics = async () => {
    const { text } = await createMetrics(runner.metrics).render();
    return [...text.matchAll(/^blinky_events_(\w+)\{sink="broker"\} (\d+)$/gm)].map(
      ([, what, value]) => `${what} ${value}`,
    );
  };
  const [inbox] = runner.inboxes;
  for (let number = 0; number < 100_003; number += 1) inbox?.put(userEvent());
  assert.deepEqual(await statistics(), ['waiting 100000', 'dropped_total 3', 'failed_total 0']);
  await runner.start();
  await runner.stop(never);
  assert.deepEqual(await statistics(), ['waiting 0', 'dropped_total 3', 'failed_total 2']);
  assert.match(
    lines[0] ?? '',
    /error +mqtt: handling an event failed because of a bug: Error: broken on purpose/,
  );
});

test('a sink that fails at every event is logged once a minute, with how often it failed', async () => {
  const accept = () => {
    throw new Error('broken on purpose');
  };
  const { runner, lines, clock } = run([{ name: 'mqtt', sink: { name: 'broker', accept } }]);
  const [inbox] = runner.inboxes;
  const failures = () => lines.filter((line) => line.includes('broken on purpose'));
  const fail = async (times: number) => {
    const wanted = (inbox?.failed ?? 0) + times;
    for (let number = 0; number < times; number += 1) inbox?.put(userEvent());
    while ((inbox?.failed ?? 0) < wanted) await new Promise(setImmediate);
  };
  await runner.start();
  await fail(1000);
  assert.equal(failures().length, 1, lines.join('\n'));
  clock.advance(60_000);
  await fail(1);
  assert.equal(failures().length, 2);
  assert.match(failures()[1] ?? '', /because of a bug \(and 999 times before\): /);
  await runner.stop(never);
});

describe('a part that fails to start', () => {
  test('is reported in one line, and its stack is in the log only', async () => {
    const error = new Error(
      "Cannot find module '/usr/lib/blinky/server.js' imported from file:///usr/lib/blinky/main.js",
    );
    const fails: Part = {
      name: 'web',
      start: async () => {
        throw error;
      },
    };
    const { runner, health, lines } = run([fails]);
    await runner.start();
    const [fault] = health.faults();
    assert.equal(fault?.message, "did not start: Cannot find module '…' imported from …");
    const logged = lines.filter((line) => /part-runner\.test/.test(line));
    assert.equal(logged.length, 1, lines.join('\n'));
    assert.match(logged[0] ?? '', /error +web: did not start: .* at /);
  });

  test('is stepped over, sink or not, however it fails; what comes for it waits', async () => {
    const done: string[] = [];
    const fails: Part = {
      name: 'button',
      sink: { name: 'button', accept: () => assert.fail('it has not started') },
      start: () => {
        throw new Error('no button');
      },
    };
    const { runner, health } = run([fails, partThatNotes('network', done)]);
    await runner.start();
    assert.deepEqual(done, ['start network']);
    assert.deepEqual(
      health.faults().map(({ part, message }) => [part, message]),
      [['button', 'did not start: no button']],
    );
  });
});
