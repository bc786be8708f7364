import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, type TestContext, test } from 'node:test';
import { startWithFileLamps } from '../support/start-with-file-lamps.ts';
import { waitFor } from '../support/wait-for.ts';

/** The appliance in a process of its own, with the green lamp lit and long to stay so. */
async function startLit(context: TestContext, environment: Record<string, string> = {}) {
  const {
    child,
    isLit: lit,
    port,
  } = await startWithFileLamps(context, {
    settings: ['lightConfig.onMs=1000', 'lightConfig.maxBacklogMs=60000'],
    environment,
  });
  const udpPort = await port('udp');
  if (!environment['BLINKY_TEST_CRASH']) await child.printed(/ready/);
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  for (let index = 0; index < 5; index += 1) {
    sender.send('h;Open connection;LAB;goran', udpPort, '127.0.0.1');
  }
  if (!environment['BLINKY_TEST_CRASH']) await waitFor('light', () => lit('green'));
  return { child, lit };
}

describe('the lights end dark', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`after ${signal}, with exit status 0`, async (context) => {
      const { child, lit } = await startLit(context);
      child.process.kill(signal);
      assert.equal(await child.ended, 0, child.output());
      assert.deepEqual([lit('green'), lit('red')], [false, false]);
      assert.match(child.output(), new RegExp(`stopping \\(${signal}\\)[^]*stopped`));
    });
  }

  test('after two signals, at once', async (context) => {
    const { child, lit } = await startLit(context);
    child.process.kill('SIGTERM');
    child.process.kill('SIGINT');
    await child.ended;
    assert.deepEqual([lit('green'), lit('red')], [false, false]);
  });

  for (const crash of ['error', 'rejection']) {
    test(`after an uncaught ${crash}, which is logged with its stack, with exit status 1`, async (context) => {
      const { child, lit } = await startLit(context, { BLINKY_TEST_CRASH: crash });
      assert.equal(await child.ended, 1);
      assert.deepEqual([lit('green'), lit('red')], [false, false]);
      assert.match(
        child.output(),
        /stopping because of a bug: Error: a bug, made on purpose +at .*appliance-with-file-lamps/,
      );
    });
  }
});
