import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import mqtt from 'mqtt';
import { WebSocket } from 'ws';
import { startReverseProxy } from '../../support/reverse-proxy.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

/** What a browser at `address` gets for a WebSocket: `open`, or status and text of the refusal. */
function connect(
  address: string,
  origin: string | undefined,
  protocols: string | string[] = 'mqtt',
) {
  return new Promise<string>((resolve, reject) => {
    const headers = origin === undefined ? {} : { origin };
    const socket = new WebSocket(address, protocols, { headers });
    socket.on('open', () => {
      resolve(`open ${socket.protocol}`);
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => {
      let text = `${response.statusCode} `;
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    socket.on('error', reject);
  });
}

const postFrom = (origin: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', origin },
  body: '{"kind":"connection-open"}',
});

const namedPage = 'https://light.example.com';

test('behind a reverse proxy', async (context) => {
  const testApp = await startTestApp(context, [
    'webConfig.hostNames=[light.example.com]',
    'webConfig.allowedOrigins=["https://dash.example.com"]',
  ]);
  const { web } = testApp.app.ports;
  const proxy = (options: Partial<Parameters<typeof startReverseProxy>[1]>, test: TestContext) =>
    startReverseProxy(test, { upstreamPort: web, ...options });

  const hosts: Readonly<Record<string, ((asked: string | undefined) => string) | undefined>> = {
    "the upstream's own host": undefined,
    'the host that was asked for': () => 'light.example.com',
    'the host with the port of the proxy': () => 'light.example.com:443',
    'the host with another port outside': () => 'light.example.com:8443',
  };
  for (const [name, hostFor] of Object.entries(hosts)) {
    await context.test(`that passes on ${name}`, async (test) => {
      const { port } = await proxy(hostFor ? { hostFor } : {}, test);
      const page = await fetch(`http://127.0.0.1:${port}/`);
      assert.equal(page.status, 200);
      for (const origin of [namedPage, `${namedPage}:8443`, undefined]) {
        assert.equal(await connect(`ws://127.0.0.1:${port}/mqtt`, origin), 'open mqtt');
      }
      // A page of the proxy's may ask; without users only the machine itself may send events.
      const asked = await fetch(`http://127.0.0.1:${port}/api/test-event`, postFrom(namedPage));
      assert.equal(asked.status, 401);
      const foreign = postFrom('https://evil.example');
      assert.equal((await fetch(`http://127.0.0.1:${port}/api/test-event`, foreign)).status, 403);
    });
  }

  await context.test('what a proxy says about itself is not believed', async (test) => {
    const { port } = await proxy(
      {
        headers: {
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          'x-forwarded-for': '127.0.0.1',
        },
      },
      test,
    );
    assert.match(await connect(`ws://127.0.0.1:${port}/mqtt`, 'https://evil.example'), /^403 /);
    const posted = await fetch(`http://127.0.0.1:${port}/api/test-event`, postFrom(namedPage));
    assert.equal(posted.status, 401);
  });

  await context.test('a name that is nobody’s stays refused (DNS rebinding)', async (test) => {
    const { port } = await proxy({ hostFor: () => 'evil.example' }, test);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 421);
    assert.match(await connect(`ws://127.0.0.1:${port}/mqtt`, namedPage), /^421 .*hostNames/);
  });

  await context.test('below a path that the proxy takes away', async (test) => {
    const { port } = await proxy({ path: '/blinky' }, test);
    const base = `http://127.0.0.1:${port}/blinky/`;
    for (const page of ['', 'setup']) {
      const html = await (await fetch(new URL(page, base))).text();
      const named = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, name]) => name ?? '');
      assert.ok(named.length > 5);
      for (const name of named) {
        const place = new URL(name, new URL(page, base));
        const { status } = await fetch(place);
        assert.equal(status, 200, `${place}`);
      }
    }
    assert.match(await (await fetch(new URL('api/status', base))).text(), /"parts":/);
    assert.equal(await connect(`ws://127.0.0.1:${port}/blinky/mqtt`, namedPage), 'open mqtt');
  });

  await context.test(
    'that does not pass on WebSockets: the answer says what is missing',
    async () => {
      const response = await testApp.get('/mqtt');
      assert.equal(response.status, 426);
      assert.equal(response.headers.get('upgrade'), 'websocket');
      assert.match(await response.text(), /Upgrade and Connection/);
    },
  );

  await context.test('the page can ask why it gets no WebSocket', async (test) => {
    const { port } = await proxy({}, test);
    const ask = (origin: string) =>
      fetch(`http://127.0.0.1:${port}/api/connection-check`, postFrom(origin));
    assert.equal((await ask(namedPage)).status, 204);
    const unknown = await ask('https://blinky.example.org');
    assert.equal(unknown.status, 403);
    assert.match(await unknown.text(), /add blinky\.example\.org to Butler\.webConfig\.hostNames/);
  });

  await context.test('a page of others: what to set, once in the log', async () => {
    const direct = `ws://127.0.0.1:${web}/mqtt`;
    assert.equal(await connect(direct, 'https://dash.example.com'), 'open mqtt');
    const refused = await connect(direct, 'https://other.example:8443');
    assert.match(
      refused,
      /^403 A web page of https:\/\/other\.example:8443 .*add https:\/\/other\.example:8443 to Butler\.webConfig\.allowedOrigins.*add other\.example to Butler\.webConfig\.hostNames\n$/,
    );
    assert.match(
      await connect(direct, 'null'),
      /^403 A web page of unknown origin.*from a web server/,
    );
    assert.match(await connect(direct, `https://${'x'.repeat(5000)}`), /^403 .{1,700}\n$/);
    const inLog = () =>
      testApp.lines.filter((line) =>
        /a web page of .* is not allowed to (?:use MQTT|do this)/.test(line),
      );
    await waitFor('the line in the log', () => inLog().length > 0);
    assert.equal(inLog().length, 1);
  });

  await context.test('every name that clients have for MQTT is taken', async () => {
    const direct = `ws://127.0.0.1:${web}/mqtt`;
    for (const protocol of ['mqtt', 'mqttv3.1', 'mqttv3.1.1', 'mqttv5']) {
      assert.equal(await connect(direct, undefined, protocol), `open ${protocol}`);
    }
    assert.equal(await connect(direct, undefined, ['other', 'mqttv3.1', 'mqtt']), 'open mqttv3.1');
    assert.equal(await connect(direct, undefined, []), 'open ');
    for (const [protocolVersion, protocolId] of [
      [3, 'MQIsdp'],
      [4, 'MQTT'],
      [5, 'MQTT'],
    ] as const) {
      const options = { protocolVersion, protocolId, reconnectPeriod: 0 } as const;
      const client = await mqtt.connectAsync(direct, options);
      await client.endAsync();
    }
  });
});
