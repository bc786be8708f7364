import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { globalAgent, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { httpCall } from '../../../src/slack/http-call.ts';
import { createAuthority, createServerCertificate } from '../../../src/tls/certificate.ts';
import { waitFor } from '../../support/wait-for.ts';

const never = new AbortController().signal;

/** Serves on a free port until the test ends; resolves with the address. */
async function serve(
  context: TestContext,
  listener: RequestListener,
  server: Server = createServer(),
): Promise<string> {
  server.on('request', listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `${server instanceof TlsServer ? 'https' : 'http'}://127.0.0.1:${port}/api/some.method`;
}

test('what is sent arrives, and what is answered is read like a fetch’s', async (context) => {
  const url = await serve(context, async (request, response) => {
    const sent = (await request.toArray()).join('');
    response.writeHead(429, 'Slowly', { 'Retry-After': '17' });
    response.end(`{"heard":"${request.method} ${request.headers.authorization} ${sent}"}`);
  });
  const headers = { Authorization: 'Bearer xoxb' };
  const answer = await httpCall(url, { method: 'POST', headers, body: 'käse=1' }, never);
  const { ok, status, statusText } = answer;
  assert.deepEqual([ok, status, statusText, answer.url], [false, 429, 'Slowly', url]);
  assert.equal(answer.headers.get('Retry-After'), '17');
  assert.equal(answer.headers.get('x-other'), null);
  assert.equal(new Map(answer.headers.entries()).get('retry-after'), '17');
  const heard = { heard: 'POST Bearer xoxb käse=1' };
  assert.deepEqual(await answer.json(), heard);
  assert.deepEqual(JSON.parse(await answer.text()), heard);
  assert.deepEqual(JSON.parse(Buffer.from(await answer.arrayBuffer()).toString()), heard);
});

test('calls one after the other share a connection', async (context) => {
  const ports = new Set<number | undefined>();
  const url = await serve(context, (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  });
  for (let call = 0; call < 3; call += 1) {
    const { ok } = await httpCall(url, { method: 'POST', body: 'a=1' }, never);
    assert.ok(ok);
  }
  assert.equal(ports.size, 1);
});

test('an answer without an end is given up, and its connection closed', async (context) => {
  let ended = false;
  const url = await serve(context, (request, response) => {
    request.socket.on('close', () => {
      ended = true;
    });
    const send = () => {
      if (!request.socket.destroyed) response.write(Buffer.alloc(1_000_000), send);
    };
    send();
  });
  await assert.rejects(httpCall(url, {}, never), /answer is too long to be from Slack/);
  await waitFor('end of the connection', () => ended);
});

test('a redirect is not followed', async (context) => {
  const asked: (string | undefined)[] = [];
  const url = await serve(context, (request, response) => {
    asked.push(request.url);
    response.writeHead(307, { location: '/login' }).write('<p>Log in, then');
  });
  await assert.rejects(
    httpCall(url, { redirect: 'error' }, never),
    /the connection was redirected/,
  );
  assert.deepEqual(asked, ['/api/some.method']);
});

test('a signal ends it before, and in the middle of the answer', async (context) => {
  let answered = false;
  const url = await serve(context, (_, response) => {
    response.write('{', () => {
      answered = true;
    });
  });
  const ended = AbortSignal.abort(new Error('too late'));
  await assert.rejects(httpCall(url, {}, ended), { name: 'AbortError' });
  const controller = new AbortController();
  const call = httpCall(url, {}, controller.signal);
  const rejected = assert.rejects(call, { name: 'AbortError' });
  await waitFor('half an answer', () => answered);
  controller.abort();
  await rejected;
});

test('over TLS, an authority that is not known is refused, and one that is known is not', async (context) => {
  const now = Date.now();
  const validity = { notBefore: new Date(now - 60_000), notAfter: new Date(now + 3_600_000) };
  const authority = createAuthority('The house', validity);
  const server = new TlsServer(createServerCertificate(authority, ['127.0.0.1'], validity));
  const url = await serve(context, (_, response) => void response.end('{}'), server);
  await assert.rejects(httpCall(url, {}, never), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  globalAgent.options.ca = authority.cert;
  context.after(() => {
    delete globalAgent.options.ca;
  });
  assert.equal((await httpCall(url, {}, never)).status, 200);
});

test('a file is no text', async () => {
  const init = { method: 'POST', body: new FormData() };
  await assert.rejects(httpCall('http://127.0.0.1:1/', init, never), TypeError);
});
