import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { WebSocket } from 'ws';
import { loadConfig } from '../../src/config/load.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const open = (user: string) => `/proxy-connection/;sense1;Open connection;LAB;${user};;;m`;

async function send(text: string, port: number | undefined, address: string): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send(text, port ?? 0, address, (error) => (error ? reject(error) : resolve()));
  });
  socket.close();
}

const { config: defaults } = loadConfig({ environment: { BLINKY_CONFIG: '/dev/null' } });

test('as it comes, the appliance listens on IPv4 and IPv6', async (context) => {
  const hosts = [
    defaults.udpServerConfig.serverHost,
    defaults.brokerConfig.host,
    defaults.webConfig.host,
  ];
  assert.deepEqual(hosts, ['::', '::', '::']);
  const testApp = await startTestApp(context, [
    'udpServerConfig.serverHost=""',
    'udpServerConfig.allowFrom=["127.0.0.0/8", "::1"]',
    'brokerConfig.host=""',
    'webConfig.host=""',
    'brokerConfig.limits.connectionsPerSecond=1',
    'logLevel=verbose',
  ]);
  const { app } = testApp;
  const { udp, mqtt: mqttPort, web } = app.ports;

  await context.test('events come by both; the sender is shown as people know it', async () => {
    await send(open('four'), udp, '127.0.0.1');
    await send(open('six'), udp, '::1');
    const events = async () => {
      const answer = await (await testApp.get('/api/events')).text();
      return [...answer.matchAll(/"userId":"(\w+)".*?"source":"([^"]+)"/g)];
    };
    await waitFor('both events', async () => (await events()).length === 2);
    const sources = Object.fromEntries((await events()).map(([, user, source]) => [user, source]));
    assert.deepEqual(sources, { four: '127.0.0.1', six: '::1' });
  });

  await context.test('the page and the broker answer on both', async () => {
    for (const host of ['127.0.0.1', '[::1]']) {
      assert.equal((await fetch(`http://${host}:${web}/healthz`)).status, 200, host);
      const client = await mqtt.connectAsync(`mqtt://${host}:${mqttPort}`, { reconnectPeriod: 0 });
      await client.endAsync();
      const socket = new WebSocket(`ws://${host}:${web}/mqtt`, 'mqtt');
      await once(socket, 'open');
      socket.terminate();
    }
  });

  await context.test('the watchdog finds its own way in, and so does a test event', async () => {
    assert.equal(await app.eventsFlow(), true);
    const posted = await fetch(`http://127.0.0.1:${web}/api/test-event`, { method: 'POST' });
    assert.equal(posted.status, 202);
  });

  await context.test('no line and no answer shows an IPv4 address as IPv6', async () => {
    await send('nothing that is an event', udp, '127.0.0.1');
    const refused = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 }),
      ),
    );
    for (const one of refused) if (one.status === 'fulfilled') await one.value.endAsync();
    await fetch(`http://127.0.0.1:${web}/api/events`, {
      headers: { authorization: `Basic ${Buffer.from('anna:wrong').toString('base64')}` },
    });
    await waitFor('the rejected datagram', () => testApp.lines.join('\n').includes('127.0.0.1:'));
    const answers = await Promise.all(
      ['/api/status', '/api/setup', '/api/events', '/metrics'].map(async (path) =>
        (await testApp.get(path)).text(),
      ),
    );
    assert.doesNotMatch([...testApp.lines, ...answers].join('\n'), /::ffff:/);
    assert.ok(testApp.lines.some((line) => line.includes(`udp://[::]:${udp}`)));
    assert.ok(testApp.lines.some((line) => line.includes(`mqtt://[::]:${mqttPort}`)));
    assert.ok(testApp.lines.some((line) => line.includes(`http://[::]:${web}/`)));
  });

  await context.test('0.0.0.0 is IPv4 alone, also for what the page offers', async (test) => {
    const ipv4 = await startTestApp(test, ['udpServerConfig.serverHost=0.0.0.0']);
    assert.ok(ipv4.lines.some((line) => line.includes(`udp://0.0.0.0:${ipv4.app.ports.udp}`)));
    const setup = await (await ipv4.get('/api/setup')).text();
    assert.doesNotMatch(setup, /"address":"[^"]*:/);
    const check = await ipv4.get('/api/appender-address?address=2001:db8::5');
    assert.match(await check.text(), /"problem":null.*listens on IPv4 only/);
  });
});
