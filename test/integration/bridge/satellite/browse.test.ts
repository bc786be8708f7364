import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { browse } from '../../../../src/bridge/satellite/browse.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { waitFor } from '../../../support/wait-for.ts';

const type = '_mqtt._tcp.local';

/** Somebody on loopback who answers questions as an mDNS responder does. */
async function startResponder(
  context: TestContext,
  answer: (question: dnsPacket.Question) => dnsPacket.Packet | Buffer | undefined,
): Promise<{ readonly port: number; readonly asked: string[] }> {
  const socket: Socket = createSocket('udp4');
  context.after(() => socket.close());
  const asked: string[] = [];
  socket.on('message', (bytes, { address, port }) => {
    for (const question of dnsPacket.decode(bytes).questions ?? []) {
      asked.push(`${question.type} ${question.name}`);
      const reply = answer(question);
      if (!reply) continue;
      const sent = Buffer.isBuffer(reply)
        ? reply
        : dnsPacket.encode({ ...reply, type: 'response' });
      socket.send(sent, port, address);
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, asked };
}

const ask = (port: number) =>
  browse({ clock: systemClock, waitMs: 300, ask: { address: '127.0.0.1', port } });

/** Asks until somebody answers in time; a busy machine may be late. */
const askUntilAnswered = (port: number) =>
  waitFor('an answer', async () => {
    const found = await ask(port);
    return found.length > 0 && found;
  });

const instance = `Blinky Light.${type}`;
const pointer: dnsPacket.Answer = { type: 'PTR', name: type, data: instance };
const server: dnsPacket.Answer = {
  type: 'SRV',
  name: instance,
  data: { target: 'blinky.local', port: 1884 },
};
const address: dnsPacket.Answer = { type: 'A', name: 'blinky.local', data: '10.0.0.7' };
const expected = {
  instance: 'Blinky Light',
  host: 'blinky.local',
  address: '10.0.0.7',
  port: 1884,
};

describe('looking for brokers on the network', () => {
  test('an answer that tells all at once', async (context) => {
    const { port, asked } = await startResponder(context, () => ({
      answers: [pointer],
      additionals: [server, address],
    }));
    assert.deepEqual(await askUntilAnswered(port), [expected]);
    assert.deepEqual([...new Set(asked)], [`PTR ${type}`]);
  });

  test('an answer that must be asked for the rest', async (context) => {
    const { port } = await startResponder(context, (question) =>
      question.type === 'PTR'
        ? { answers: [pointer] }
        : { answers: [server], additionals: [address] },
    );
    assert.deepEqual(await askUntilAnswered(port), [expected]);
  });

  test('nobody, and nonsense', async (context) => {
    const silent = await startResponder(context, () => undefined);
    assert.deepEqual(await ask(silent.port), []);
    const mad = await startResponder(context, () => Buffer.from('nonsense'));
    assert.deepEqual(await ask(mad.port), []);
  });
});
