// What strangers on the network do to the web server, at full size.
import assert from 'node:assert/strict';
import { get as httpGet } from 'node:http';
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createMqttWebSocket } from '../../../src/broker/listeners/mqtt-web-socket.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { startTestWebSink } from '../../support/test-web-sink.ts';
import { waitFor } from '../../support/wait-for.ts';

const halfRequest = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ';

const webSocketRequest = Buffer.from(
  [
    'GET /mqtt HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: mqtt',
    '',
    '',
  ].join('\r\n'),
);

interface Attacker {
  readonly sockets: Socket[];
  readonly openCount: () => number;
}

/** Connections that begin a request and never end it; a little comes now and then. */
async function slowConnections(
  context: TestContext,
  port: number | undefined,
  count: number,
  addressOf: (index: number) => string,
): Promise<Attacker> {
  const sockets: Socket[] = [];
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a');
  }, 1000);
  context.after(() => {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const localAddress = addressOf(sockets.length);
    const socket = connect({ host: '127.0.0.1', port: port ?? 0, localAddress });
    socket.on('error', () => {}).resume();
    socket.on('connect', () => socket.write(halfRequest));
    sockets.push(socket);
    // The kernel queues only so many.
    if (sockets.length % 100 === 0) await waitFor('connections', () => !socket.connecting);
  }
  return { sockets, openCount: () => sockets.filter(({ destroyed }) => !destroyed).length };
}

/** The status with which `path` is answered to somebody at `from`, and how long that took, ms. */
function ask(port: number | undefined, path: string, from: string) {
  const begin = performance.now();
  return new Promise<{ status: number | undefined; ms: number }>((resolve, reject) => {
    const request = httpGet(
      { host: '127.0.0.1', port, path, localAddress: from, agent: false, timeout: 10_000 },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode, ms: performance.now() - begin }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer to ${from}`)));
    request.on('error', reject);
  });
}

/** Resolves with `open` when a WebSocket at `/mqtt` opens for somebody at `from`. */
function openWebSocket(port: number | undefined, from: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt', { localAddress: from });
    socket.on('open', () => {
      resolve('open');
      socket.terminate();
    });
    socket.on('error', (error) => resolve(error.message));
  });
}

/** Counts how often something happens in one turn of the event loop at most. */
function countInTurns(context: TestContext) {
  let most = 0;
  let inThisTurn = 0;
  const begin = () => {
    inThisTurn = 0;
    turn = setImmediate(begin);
  };
  let turn = setImmediate(begin);
  context.after(() => clearImmediate(turn));
  return {
    count: () => {
      inThisTurn += 1;
      most = Math.max(most, inThisTurn);
    },
    most: () => most,
  };
}

async function startServer(context: TestContext) {
  const { log, lines } = recordingLog();
  const webSocket = createMqttWebSocket({
    serve: (stream) => stream.resume(),
    packetBytes: 262_144,
    clock: systemClock,
  });
  const { sink } = await startTestWebSink(context, { log, onUpgrade: webSocket.handleUpgrade });
  return { sink, port: sink.port, lines };
}

async function everybodyIsServed(port: number | undefined, addresses: readonly string[]) {
  for (const from of addresses) {
    for (const path of ['/', '/healthz']) {
      const { status, ms } = await ask(port, path, from);
      assert.equal(status, 200, `${path} for ${from}`);
      assert.ok(ms < 3000, `${path} for ${from} took ${ms} ms`);
    }
    assert.equal(await openWebSocket(port, from), 'open', from);
  }
}

describe('slow HTTP connections', () => {
  test('2,500 of one address keep nobody else from the page', async (context) => {
    const { port, sink, lines } = await startServer(context);
    const attacker = await slowConnections(context, port, 2500, () => '127.0.0.2');
    await waitFor('the refusals', () => attacker.openCount() < 510);
    await everybodyIsServed(port, ['127.0.0.3', '127.0.0.1']);
    assert.ok(sink.statistics.connections <= 520, String(sink.statistics.connections));
    const refused = Object.values(sink.statistics.refused).reduce((sum, one) => sum + one, 0);
    assert.ok(refused >= 1500, String(refused));
    const warnings = lines.filter((line) => /^warn/.test(line));
    assert.ok(warnings.length >= 1 && warnings.length <= 2, warnings.join('\n'));
  });

  test('2,500 of twenty addresses keep nobody else from the page', async (context) => {
    const { port, sink } = await startServer(context);
    const attacker = await slowConnections(
      context,
      port,
      2200,
      (index) => `127.0.1.${1 + (index % 20)}`,
    );
    await waitFor('the refusals', () => attacker.openCount() < 530);
    await everybodyIsServed(port, ['127.0.0.3', '127.0.0.1']);
    assert.ok(sink.statistics.connections <= 520);
    // An attacker that goes on keeps nobody out either.
    const more = await slowConnections(
      context,
      port,
      500,
      (index) => `127.0.1.${1 + (index % 20)}`,
    );
    await everybodyIsServed(port, ['127.0.0.4']);
    await waitFor('the refusals', () => more.openCount() + attacker.openCount() < 530);
  });

  test('a request that does not arrive within ten seconds is given up', async (context) => {
    const { port } = await startServer(context);
    const attacker = await slowConnections(context, port, 20, () => '127.0.0.2');
    const silent = connect({ host: '127.0.0.1', port: port ?? 0 });
    context.after(() => silent.destroy());
    await waitFor('all being given up', () => attacker.openCount() === 0, 20_000);
    silent.resume();
    await waitFor('the silent one being given up', () => silent.readableEnded, 5000);
  });
});

describe('floods of HTTP requests', () => {
  test('a chunk with 2,000 requests does not hold the event loop', async (context) => {
    let answered = 0;
    const inATurn = countInTurns(context);
    const { sink } = await startTestWebSink(context, {
      state: {
        status: () => ({}),
        faults: () => {
          answered += 1;
          inATurn.count();
          return [];
        },
        metrics: async () => ({ text: '', contentType: 'text/plain' }),
      },
    });
    const { port } = sink;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    // What is slow only once, such as compiling.
    for (let time = 0; time < 20; time += 1) await ask(port, '/healthz', '127.0.0.3');
    delay.enable();
    const flood = connect({ host: '127.0.0.1', port: port ?? 0, localAddress: '127.0.0.2' });
    flood.on('error', () => {});
    flood.resume();
    flood.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(2000));
    await waitFor('the end of the flood', () => flood.destroyed);
    delay.disable();
    context.diagnostic(`answered: ${answered - 20}; longest turn: ${delay.max / 1e6} ms`);
    assert.ok(answered > 500 && answered < 1000, String(answered));
    assert.equal(sink.statistics.refused['too many requests'], 1);
    assert.ok(inATurn.most() <= 8, String(inATurn.most()));
    assert.ok(delay.max / 1e6 < 200, `${delay.max / 1e6} ms`);
    assert.equal((await ask(port, '/healthz', '127.0.0.3')).status, 200);
  });

  test('what is asked for in one go comes in order, and as before', async (context) => {
    const { port } = await startServer(context);
    const client = connect({ host: '127.0.0.1', port: port ?? 0 });
    context.after(() => client.destroy());
    let received = '';
    client.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    const requests = ['/healthz', '/nothing', '/ca.crt', '/healthz?x=1'].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    );
    const body = '{"kind":"connection-open"}';
    const post = [
      'POST /api/test-event HTTP/1.1',
      'Host: 127.0.0.1',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      '',
    ].join('\r\n');
    client.write(requests.join('') + post);
    await pause(50);
    client.write(body);
    await waitFor('all answers', () => /"sent"/.test(received));
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    assert.deepEqual(statuses, ['200', '404', '404', '200', '202']);
  });

  test('a WebSocket that sends at once behind its request loses nothing', async (context) => {
    const received: Buffer[] = [];
    const webSocket = createMqttWebSocket({
      serve: (stream) => stream.on('data', (chunk: Buffer) => received.push(chunk)),
      packetBytes: 262_144,
      clock: systemClock,
    });
    const { sink } = await startTestWebSink(context, { onUpgrade: webSocket.handleUpgrade });
    const client = connect({ host: '127.0.0.1', port: sink.port ?? 0 });
    context.after(() => client.destroy());
    // Masked with zeros (RFC 6455, section 5.2).
    const frame = Buffer.concat([
      Buffer.from([0x82, 0xfe, 0x0f, 0xa0, 0, 0, 0, 0]),
      Buffer.alloc(4000, 'x'),
    ]);
    client.write(Buffer.concat([webSocketRequest, frame, frame]));
    await waitFor('both messages', () => Buffer.concat(received).length === 8000);
  });

  for (const [kind, frame] of [
    ['messages of one byte', [0x82, 0x81, 0, 0, 0, 0, 0x30]],
    ['pings', [0x89, 0x80, 0, 0, 0, 0]],
    ['pieces of a message', [0x00, 0x80, 0, 0, 0, 0]],
  ] as const) {
    test(`a chunk of 9,000 ${kind} over WebSocket does not hold the event loop`, async (context) => {
      const inATurn = countInTurns(context);
      const webSocket = createMqttWebSocket({
        serve: (stream) => stream.on('data', inATurn.count).on('error', () => {}),
        packetBytes: 262_144,
        clock: systemClock,
      });
      const { sink } = await startTestWebSink(context, { onUpgrade: webSocket.handleUpgrade });
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const client = connect({ host: '127.0.0.1', port: sink.port ?? 0 });
      context.after(() => client.destroy());
      client.on('error', () => {}).resume();
      const begin = kind === 'pieces of a message' ? [0x02, 0x81, 0, 0, 0, 0, 0x30] : [];
      client.write(Buffer.concat([webSocketRequest, Buffer.from(begin)]));
      await pause(100);
      delay.enable();
      client.write(Buffer.concat(Array<Buffer>(9000).fill(Buffer.from(frame))));
      await pause(300);
      context.diagnostic(`in one turn: ${inATurn.most()}; longest turn: ${delay.max / 1e6} ms`);
      assert.ok(inATurn.most() <= 2, String(inATurn.most()));
      if (kind !== 'messages of one byte') await waitFor('the end', () => client.destroyed);
    });
  }
});
