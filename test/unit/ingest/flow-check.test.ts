import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { type TestContext, test } from 'node:test';
import { eventsFlow } from '../../../src/ingest/flow-check.ts';
import { systemClock } from '../../../src/platform/clock.ts';

async function listener(context: TestContext) {
  const socket = createSocket('udp4');
  context.after(() => socket.close());
  const received: string[] = [];
  socket.on('message', (bytes) => received.push(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, received };
}

const probe = Buffer.from('probe');
/** A clock that lets a wait pass at once, in a later turn of the event loop. */
const quickClock = {
  ...systemClock,
  schedule: (_: number, task: () => void) => {
    const timer = setTimeout(task, 0);
    return () => clearTimeout(timer);
  },
};

test('true when the probe arrives', async (context) => {
  const { port, received } = await listener(context);
  const flows = await eventsFlow({
    host: '0.0.0.0',
    port: () => port,
    read: () => received.length,
    probe,
    clock: systemClock,
  });
  assert.equal(flows, true);
  assert.deepEqual(received, ['probe']);
});

test('false if nothing that was sent is ever read', async (context) => {
  const { port } = await listener(context);
  const flows = await eventsFlow({
    host: '127.0.0.1',
    port: () => port,
    read: () => 0,
    probe,
    clock: quickClock,
  });
  assert.equal(flows, false);
});

test('true while the port is not open: a restart would not fix that', async () => {
  const flows = await eventsFlow({
    host: '127.0.0.1',
    port: () => undefined,
    read: () => 0,
    probe,
    clock: quickClock,
  });
  assert.equal(flows, true);
});
