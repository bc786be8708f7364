import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { BrokerLink } from '../../../../src/bridge/link/broker-link.ts';
import { type Endpoint, upstreamBroker } from '../../../../src/bridge/link/remote-broker.ts';
import { RemoteBrokerFault } from '../../../../src/bridge/link/remote-broker-fault.ts';
import type { RemoteBrokerSettings } from '../../../../src/bridge/link/settings.ts';
import { upstreamLimits } from '../../../../src/bridge/upstream/upstream-sink.ts';
import { Health } from '../../../../src/health/health.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { startOtherBroker } from '../../../support/other-broker.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { waitFor } from '../../../support/wait-for.ts';

const settings: RemoteBrokerSettings = {
  brokerHost: 'somewhere',
  brokerPort: 1883,
  brokerUser: '',
  brokerPassword: '',
  brokerPasswordFile: '',
  brokerClientId: '',
  protocolVersion: 4,
  tls: { enable: false, caFile: '', certFile: '', keyFile: '' },
};

function startLink(
  context: TestContext,
  locate: () => Promise<Endpoint>,
  random: () => number = () => 0,
) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const health = new Health(clock, log);
  const link = new BrokerLink({
    broker: upstreamBroker(settings, undefined),
    locate,
    clientId: async () => 'blinky-test',
    clean: true,
    isOwnBroker: () => false,
    onMessage: () => {},
    onUp: async () => {},
    clock,
    log,
    health: health.part('upstream'),
    retry: new RetryPauses(upstreamLimits.firstRetryMs, upstreamLimits.longestRetryMs, random),
  });
  context.after(() => link.stop(1000));
  link.start();
  return { clock, lines, link, part: health.part('upstream') };
}

const nowhere = new RemoteBrokerFault({
  message: 'nowhere',
  remedy: 'none',
  needsAttention: false,
});
/** Lets the promises that wait run, which no clock moves. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a link to another broker', () => {
  test('logs a bug of our own with its stack, and a fault of the other broker without', async (context) => {
    const failing = async (error: Error) => {
      const { lines } = startLink(context, () => Promise.reject(error));
      await settle();
      return lines.join('\n');
    };
    assert.match(
      await failing(new TypeError('made on purpose')),
      /working with the upstream broker failed because of a bug: TypeError: made on purpose +at .*broker-link\.test/,
    );
    assert.doesNotMatch(await failing(new Error('connect ECONNREFUSED')), / at /);
  });

  test('tries at most once a second, with growing pauses up to a minute', async (context) => {
    const triesAt: number[] = [];
    const { clock, part } = startLink(context, async () => {
      // The first try is made while the link starts, before there is a clock to read here.
      await settle();
      triesAt.push(clock.monotonicMs());
      throw nowhere;
    });
    await settle();
    await settle();
    for (let second = 0; second < 600; second += 1) {
      clock.advance(1000);
      await settle();
      await settle();
    }
    const pauses = triesAt.slice(1).map((at, index) => at - (triesAt[index] ?? 0));
    // The spread makes each pause half of what its turn allows here, the shortest there is.
    assert.deepEqual(pauses.slice(0, 7), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    assert.equal(part.status.message, 'nowhere');
  });

  test('begins with short pauses again only after a connection that lasted', async (context) => {
    const broker = await startOtherBroker(context);
    let isThere = false;
    let tries = 0;
    const { clock, link, part } = startLink(context, async () => {
      tries += 1;
      if (!isThere) throw nowhere;
      return { host: '127.0.0.1', port: broker.port };
    });
    /** Moves on until the next try; resolves with how long that took, in seconds. */
    const nextTry = async () => {
      const before = tries;
      for (let seconds = 0; ; seconds += 1) {
        await settle();
        if (tries > before) return seconds;
        clock.advance(1000);
      }
    };
    await settle();
    assert.deepEqual([await nextTry(), await nextTry(), await nextTry()], [1, 2, 4]);
    isThere = true;
    assert.equal(await nextTry(), 8);
    await waitFor('the connection', () => part.status.state === 'ok');
    link.connection?.destroy();
    isThere = false;
    await waitFor('the fault', () => part.status.state === 'fault');
    isThere = true;
    assert.equal(await nextTry(), 16, 'it was cut at once');
    await waitFor('the connection', () => part.status.state === 'ok');
    clock.advance(30_000);
    link.connection?.destroy();
    await waitFor('the fault', () => part.status.state === 'fault');
    assert.equal(await nextTry(), 1, 'it had lasted');
    await waitFor('the connection', () => part.status.state === 'ok');
  });

  test('stops at once while it connects to somebody who never answers', async (context) => {
    const server = createServer(() => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { link } = startLink(context, async () => ({ host: '127.0.0.1', port }));
    const [socket] = await once(server, 'connection');
    const closed = once(socket, 'close');
    socket.resume();
    await link.stop(1000);
    await closed;
  });

  test('cuts a connection that does not answer its goodbye', async (context) => {
    const server = createServer((socket) => {
      // CONNACK (MQTT 3.1.1, section 3.2), and never a word more.
      socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { link, clock, part } = startLink(context, async () => ({ host: '127.0.0.1', port }));
    await waitFor('the connection', () => part.status.state === 'ok');
    link.connection?.publish({ topic: 'a', payload: 'b' }).catch(() => {});
    await settle();
    const stopped = link.stop(1000);
    clock.advance(1000);
    await stopped;
  });

  test('says what speaks no MQTT, and stops while it waits', async (context) => {
    const server: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { link, part } = startLink(context, async () => ({ host: '127.0.0.1', port }));
    await waitFor('the fault', () => part.status.state === 'fault');
    assert.match(part.status.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
    await link.stop(1000);
  });
});
