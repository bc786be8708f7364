import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  isIP,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, type TestContext, test } from 'node:test';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
} from 'node:tls';
import mqtt from 'mqtt';
import { createAuthority, createServerCertificate } from '../../../src/tls/certificate.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp, testConfig } from '../../support/test-app.ts';
import { TickingClock } from '../../support/ticking-clock.ts';
import { waitFor } from '../../support/wait-for.ts';

const tlsSettings = ['brokerConfig.tls.enable=true', 'brokerConfig.tls.port=0'];
const open =
  '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/app/x;for user LAB\\goran';
const validity = {
  notBefore: new Date(Date.now() - 86_400_000),
  notAfter: new Date(Date.now() + 86_400_000),
};

function subscriber(context: TestContext, port: number | undefined, ca: string) {
  const client = mqtt.connect(`mqtts://localhost:${port}`, { ca, reconnectPeriod: 0 });
  context.after(() => client.endAsync(true));
  const seen = { client, topics: [] as string[], error: '', closed: false };
  client.on('message', (topic) => seen.topics.push(topic));
  client.on('error', (error) => {
    seen.error = error.message;
  });
  client.on('close', () => {
    seen.closed = true;
  });
  return seen;
}

/** The certificate that the server at `port` presents, or why the handshake failed. */
async function handshake(port: number | undefined, options: ConnectionOptions) {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options });
  try {
    await once(socket, 'secureConnect');
    return { serial: socket.getPeerCertificate().serialNumber, protocol: socket.getProtocol() };
  } catch (error) {
    return { error: String(error) };
  } finally {
    socket.destroy();
  }
}

describe('MQTT over TLS', () => {
  test("generated certificate: a client that trusts the CA receives events, another can't connect", async (context) => {
    const { app, get, send, lines } = await startTestApp(context, tlsSettings);
    const answer = await get('/ca.crt');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/x-x509-ca-cert');
    const ca = await answer.text();

    const lamp = subscriber(context, app.ports.mqtts, ca);
    await waitFor('connection', () => lamp.client.connected);
    await lamp.client.subscribeAsync('qliksense/#');
    await send(open);
    await waitFor('the event', () => lamp.topics.includes('qliksense/connection/open'));

    const other = createAuthority('Somebody else', validity).cert;
    const stranger = subscriber(context, app.ports.mqtts, other);
    await waitFor('refusal', () => stranger.error !== '');
    assert.match(stranger.error, /certificate|issuer/i);

    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    assert.match(
      (await handshake(app.ports.mqtts, { ca, ...old })).error ?? '',
      /protocol version/i,
    );
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { protocol } = await handshake(app.ports.mqtts, { ca, maxVersion });
      assert.equal(protocol, maxVersion);
    }
    assert.ok(lines.some((line) => /SHA-256 ([0-9A-F]{2}:){31}/.test(line)));
    const status = app.health.statuses().get('mqtt tls');
    assert.match(status?.message ?? '', /SHA-256 of the CA/);
  });

  test('a changed certificate is loaded without disconnecting anyone', async (context) => {
    const folder = temporaryFolder(context);
    const authority = createAuthority('The house', validity);
    const files = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
    const put = () => {
      const { cert, key } = createServerCertificate(authority, ['localhost'], validity);
      writeFileSync(files.key, key);
      writeFileSync(files.cert, cert);
    };
    put();
    const clock = new TickingClock();
    const { app, get } = await startTestApp(
      context,
      [
        ...tlsSettings,
        `brokerConfig.tls.certFile=${files.cert}`,
        `brokerConfig.tls.keyFile=${files.key}`,
      ],
      { clock },
    );
    const ca = authority.cert;
    const lamp = subscriber(context, app.ports.mqtts, ca);
    await waitFor('connection', () => lamp.client.connected);
    const first = await handshake(app.ports.mqtts, { ca });
    put();
    clock.jump(61_000);
    const second = await handshake(app.ports.mqtts, { ca });
    assert.ok(first.serial && second.serial);
    assert.notEqual(second.serial, first.serial);

    rmSync(files.cert);
    clock.jump(61_000);
    const fault = app.health.statuses().get('mqtt tls');
    assert.equal(fault?.state, 'fault');
    assert.match(fault?.message ?? '', /was not found/);
    assert.equal((await get('/healthz')).status, 503);
    assert.equal((await handshake(app.ports.mqtts, { ca })).serial, second.serial);
    put();
    clock.jump(61_000);
    assert.equal(app.health.statuses().get('mqtt tls')?.state, 'ok');
    assert.equal(lamp.closed, false);
    assert.equal((await get('/ca.crt')).status, 404);
  });

  test('an unusable certificate is reported in one line, and everything else runs', async (context) => {
    const folder = temporaryFolder(context);
    const authority = createAuthority('The house', validity);
    const one = createServerCertificate(authority, ['localhost'], validity);
    const other = createServerCertificate(authority, ['localhost'], validity);
    const cert = join(folder, 'a.crt');
    const key = join(folder, 'a.key');
    writeFileSync(cert, one.cert);
    writeFileSync(key, other.key);
    const { app, subscribe, send } = await startTestApp(context, [
      ...tlsSettings,
      `brokerConfig.tls.certFile=${cert}`,
      `brokerConfig.tls.keyFile=${key}`,
    ]);
    assert.equal(app.ports.mqtts, undefined);
    const { state, message } = app.health.statuses().get('mqtt tls') ?? {};
    assert.equal(state, 'fault');
    assert.match(message ?? '', /does not match the certificate/);
    const plain = await subscribe('qliksense/#');
    await send(open);
    await plain.received('qliksense/connection/open');
  });

  test('half of a certificate in the settings is refused', () => {
    assert.throws(
      () => testConfig([...tlsSettings, 'brokerConfig.tls.certFile=/a.crt']),
      (error: Error) => /tls\.keyFile/.test(JSON.stringify(error) + error.message),
    );
  });

  test('TLS 1.2 accepts AEAD suites only, even with a new certificate', async (context) => {
    const folder = temporaryFolder(context);
    const authority = createAuthority('The house', validity);
    const files = { cert: join(folder, 'a.crt'), key: join(folder, 'a.key') };
    const put = () => {
      const { cert, key } = createServerCertificate(authority, ['localhost'], validity);
      writeFileSync(files.key, key);
      writeFileSync(files.cert, cert);
    };
    put();
    const clock = new TickingClock();
    const { app } = await startTestApp(
      context,
      [
        ...tlsSettings,
        `brokerConfig.tls.certFile=${files.cert}`,
        `brokerConfig.tls.keyFile=${files.key}`,
      ],
      { clock },
    );
    const ca = authority.cert;
    const tls12 = (ciphers: string) =>
      handshake(app.ports.mqtts, { ca, maxVersion: 'TLSv1.2', ciphers });
    for (const certificate of ['first', 'second']) {
      for (const suite of ['AES128-SHA256', 'AES256-SHA384', 'AES128-SHA', 'AES256-SHA']) {
        const { error } = await tls12(`ECDHE-ECDSA-${suite}`);
        assert.match(error ?? '', /handshake failure/i, `${suite}, ${certificate} certificate`);
      }
      for (const suite of ['AES128-GCM-SHA256', 'CHACHA20-POLY1305']) {
        assert.equal((await tls12(`ECDHE-ECDSA-${suite}`)).protocol, 'TLSv1.2', suite);
      }
      put();
      clock.jump(61_000);
    }
  });

  test('500 incomplete handshakes keep nobody else out', async (context) => {
    const { app, get, lines } = await startTestApp(context, tlsSettings);
    const ca = await (await get('/ca.crt')).text();
    const hello = await clientHello();
    const attackers = Array.from({ length: 500 }, (_, index) => {
      const socket = connectTcp({
        host: '127.0.0.1',
        port: app.ports.mqtts ?? 0,
        localAddress: `127.0.0.${2 + (index % 2)}`,
      });
      // Half of them send nothing, half of them half of the handshake.
      socket.on('connect', () => socket.write(index % 4 < 2 ? hello : ''));
      socket.on('error', () => {}).resume();
      return socket;
    });
    context.after(() => {
      for (const socket of attackers) socket.destroy();
    });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await waitFor('the refusals', () => attackers.filter((one) => one.destroyed).length >= 380);
    const begin = performance.now();
    const lamp = subscriber(context, app.ports.mqtts, ca);
    await waitFor('connection', () => lamp.client.connected);
    context.diagnostic(
      `connected in ${performance.now() - begin} ms; longest turn ${delay.max / 1e6} ms`,
    );
    assert.ok(performance.now() - begin < 4000);
    const metrics = await (await get('/metrics')).text();
    const refused = /refused_total\{reason="too many handshakes"\} (\d+)/.exec(metrics)?.[1];
    assert.ok(Number(refused) >= 380, refused);
    assert.equal(lines.filter((line) => /too many TLS handshakes/.test(line)).length, 1);
    await waitFor('the end of the others', () => attackers.every((one) => one.destroyed), 20_000);
  });

  test('a handshake may take almost ten seconds, and no longer', async (context) => {
    const clock = new TickingClock();
    const { app, get } = await startTestApp(context, tlsSettings, { clock });
    const ca = await (await get('/ca.crt')).text();
    const to = { host: '127.0.0.1', port: app.ports.mqtts ?? 0 };
    const [slow, silent] = [connectTcp(to), connectTcp(to)];
    context.after(() => {
      slow.destroy();
      silent.destroy();
    });
    silent.on('error', () => {}).resume();
    await Promise.all([once(slow, 'connect'), once(silent, 'connect')]);
    // Connections are taken in order.
    assert.ok((await handshake(app.ports.mqtts, { ca })).serial);
    clock.jump(8000);
    const socket = connectTls({ socket: slow, ca, servername: 'localhost' });
    context.after(() => socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    assert.equal(silent.destroyed, false);
    clock.jump(2000);
    await waitFor('the end of the other', () => silent.destroyed);
  });

  test('a certificate that the CA signed for another name is rejected', async (context) => {
    const stateDirectory = temporaryFolder(context);
    const { get } = await startTestApp(context, tlsSettings, { stateDirectory });
    const ca = await (await get('/ca.crt')).text();
    const key = readFileSync(join(stateDirectory, 'tls', 'ca.key'), 'utf8');
    const outcome = async (name: string) => {
      const server = createTlsServer(createServerCertificate({ cert: ca, key }, [name], validity));
      context.after(() => server.close());
      server.on('tlsClientError', () => {});
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      return handshake(port, { ca, servername: isIP(name) ? '' : name });
    };
    assert.ok((await outcome('localhost')).serial);
    assert.ok((await outcome('127.0.0.1')).serial);
    assert.match((await outcome('bank.example')).error ?? '', /permitted subtree violation/);
    assert.match((await outcome('local')).error ?? '', /permitted subtree violation/);
  });
});

/** The first message of a TLS client. */
async function clientHello(): Promise<Buffer> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return hello;
}
