import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { WebAccess } from '../../../src/web/visitor.ts';
import { userEvent } from '../../support/events.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { signedBy, signInOf, startTestWebSink } from '../../support/test-web-sink.ts';

const anna: WebAccess = {
  anonymous: 'subscribe',
  personalData: 'anyone',
  hasUsers: true,
  signIn: signInOf([['anna', 'licht']]),
};

const post = (kind?: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(kind === undefined ? {} : { kind }),
});

/** A request with headers that `fetch` would not let through; resolves with the status. */
function rawStatus(
  port: number | undefined,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** What the server answers to a GET with exactly these header lines. */
function rawAnswer(port: number | undefined, target: string, headers: readonly string[]) {
  return new Promise<string>((resolve, reject) => {
    const socket = connect(port ?? 0, '127.0.0.1');
    socket.once('data', (answer) => {
      resolve(answer.toString('latin1'));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.write(`GET ${target} HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`);
  });
}

/** Resolves with `open`, or the status with which a WebSocket was refused. */
function webSocketOutcome(port: number | undefined, headers: Record<string, string>) {
  return new Promise<string>((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt', { headers });
    socket.on('open', () => {
      resolve('open');
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.on('error', (error) => resolve(error.message));
  });
}

describe('what browsers are told', () => {
  test('nothing inline, nothing from elsewhere, no frames, no guessing of types', async (context) => {
    const { fetch } = await startTestWebSink(context);
    for (const path of ['/', '/setup', '/help', '/help/card', '/api/status', '/nothing']) {
      const { headers } = await fetch(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('files are kept by the browser, and asked for again only when they changed', async (context) => {
    const { fetch } = await startTestWebSink(context);
    for (const path of ['/', '/page/live.js', '/page/base.css', '/wiring.svg']) {
      const first = await fetch(path);
      const etag = first.headers.get('etag') ?? '';
      assert.equal(first.headers.get('content-encoding'), 'gzip');
      assert.ok((await first.text()).length > 100);
      const again = await fetch(path, { headers: { 'if-none-match': etag } });
      assert.equal(again.status, 304);
      assert.equal(await again.text(), '');
    }
  });

  test('a path that is not there is told in one line, without what is inside', async (context) => {
    const { fetch } = await startTestWebSink(context, {
      state: {
        status: () => {
          throw new Error('secret');
        },
        faults: () => [],
        metrics: async () => ({ text: '', contentType: 'text/plain' }),
      },
    });
    assert.equal((await fetch('/page/../web-sink.ts')).status, 404);
    const broken = await fetch('/api/status');
    assert.equal(broken.status, 500);
    assert.deepEqual(await broken.json(), {
      error: "Internal error. See Blinky's log for details",
    });
  });

  test('a bug in any route is answered without what is inside, and logged by method and path', async (context) => {
    const { log, lines } = recordingLog();
    const bug = (name: string) => () => {
      throw new TypeError(`${name}, made on purpose`);
    };
    const { fetch } = await startTestWebSink(context, {
      log,
      state: {
        status: bug('status'),
        faults: bug('faults'),
        metrics: async () => bug('metrics')(),
      },
      setup: {
        eventPort: () => 9997,
        eventAddress: () => '0.0.0.0',
        lastRejected: bug('setup'),
      },
      authority: bug('authority'),
      sendTestEvent: async () => bug('test event')(),
      trySlackNow: bug('slack'),
    });
    const routes: readonly (readonly [path: string, init?: RequestInit])[] = [
      ['/api/status'],
      ['/healthz'],
      ['/metrics'],
      ['/api/setup?user=LAB-goran'],
      ['/ca.crt'],
      ['/api/test-event', post('connection-open')],
      ['/api/slack/try-now', { method: 'POST' }],
    ];
    for (const [path, init] of routes) {
      const answer = await fetch(path, init);
      const text = await answer.text();
      assert.equal(answer.status, 500, path);
      assert.deepEqual(
        JSON.parse(text),
        { error: "Internal error. See Blinky's log for details" },
        path,
      );
      const method = init?.method ?? 'GET';
      const logged = `error   ${method} ${path.split('?')[0]} failed because of a bug`;
      assert.ok(
        lines.some((line) => line.startsWith(logged) && / at .*web\.test/.test(line)),
        `${logged} in\n${lines.join('\n')}`,
      );
    }
    assert.doesNotMatch(lines.join('\n'), /goran/);
  });

  test('a bug in a route is logged once a minute, without the query', async (context) => {
    const { log, lines } = recordingLog();
    const { fetch } = await startTestWebSink(context, {
      log,
      state: {
        status: () => {
          throw new TypeError('a bug, made on purpose');
        },
        faults: () => [],
        metrics: async () => ({ text: '', contentType: 'text/plain' }),
      },
    });
    for (let time = 0; time < 5; time += 1) {
      assert.equal((await fetch('/api/status?user=LAB-goran')).status, 500);
    }
    assert.equal((await fetch('/api/nothing')).status, 404);
    const errors = lines.filter((line) => line.startsWith('error'));
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(
      errors[0] ?? '',
      /GET \/api\/status failed because of a bug: TypeError: a bug, made on purpose +at /,
    );
    assert.doesNotMatch(lines.join('\n'), /goran/);
  });
});

describe('the help', () => {
  test('is there without signing in; what is no page of it leads to its contents', async (context) => {
    const { fetch } = await startTestWebSink(context);
    const contents = await fetch('/help');
    assert.equal(contents.status, 200);
    assert.match(contents.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await contents.text(), /<h1 [^>]*>Manual</);
    for (const path of ['/help/search.json', '/help/blinky.schema.json']) {
      assert.equal((await fetch(path)).status, 200, path);
    }
    for (const path of ['/help/nothing', '/help/..%2Fpackage.json', '/help/README.md']) {
      const { status } = await fetch(path);
      assert.equal(status, 404, path);
    }
    const { headers } = await fetch('/help/', { redirect: 'manual' });
    assert.equal(headers.get('location'), '../help');
  });
});

describe('requests that other pages make a browser send', () => {
  test('a name that is not ours is refused everywhere (DNS rebinding)', async (context) => {
    const { sink } = await startTestWebSink(context, { hostNames: ['light.example.com'] });
    for (const path of ['/', '/api/events', '/LocalLogConfig.xml', '/metrics']) {
      assert.equal(await rawStatus(sink.port, path, { host: 'evil.example' }), 421, path);
    }
    assert.equal(await rawStatus(sink.port, '/', { host: `blinky.local:${sink.port}` }), 200);
    assert.equal(await rawStatus(sink.port, '/', { host: 'light.example.com' }), 200);
  });

  test('a request that names two hosts is refused', async (context) => {
    const { sink } = await startTestWebSink(context, {
      onUpgrade: (_request, socket) => socket.end('HTTP/1.1 299 Taken\r\n\r\n'),
    });
    const ask = (target: string, ...headers: string[]) => rawAnswer(sink.port, target, headers);
    const own = `Host: 127.0.0.1:${sink.port}`;
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
    assert.match(await ask('/healthz', own), /^HTTP\/1\.1 200 /);
    assert.match(await ask('/healthz', own, own), /^HTTP\/1\.1 400 /);
    assert.match(await ask('/healthz', own, 'host: evil.example'), /^HTTP\/1\.1 400 /);
    assert.match(await ask('/mqtt', own, ...upgrade), /^HTTP\/1\.1 299 /);
    assert.match(await ask('/mqtt', own, 'HOST: evil.example', ...upgrade), /^HTTP\/1\.1 400 /);
    assert.match(await ask('http://evil.example/healthz', own), /^HTTP\/1\.1 400 /);
    assert.match(await ask(`http://127.0.0.1:${sink.port}/healthz`, own), /^HTTP\/1\.1 (200|404) /);
  });

  test('a POST from another page does nothing', async (context) => {
    const { fetch, testEvents } = await startTestWebSink(context);
    const foreign = await fetch(
      '/api/test-event',
      post('connection-open', { origin: 'http://evil.example' }),
    );
    assert.equal(foreign.status, 403);
    const form = await fetch('/api/test-event', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"kind":"connection-open"}',
    });
    assert.notEqual(form.status, 202);
    assert.deepEqual(testEvents, []);
  });

  test('a WebSocket is for our own page, or for no page at all', async (context) => {
    const { sink } = await startTestWebSink(context, {
      onUpgrade: (_request, socket) =>
        socket.end('HTTP/1.1 299 Taken\r\nContent-Length: 0\r\n\r\n'),
    });
    const own = `http://127.0.0.1:${sink.port}`;
    assert.equal(await webSocketOutcome(sink.port, {}), '299');
    assert.equal(await webSocketOutcome(sink.port, { origin: own }), '299');
    assert.equal(await webSocketOutcome(sink.port, { origin: 'http://evil.example' }), '403');
    assert.equal(
      await webSocketOutcome(sink.port, { host: 'evil.example', origin: 'http://evil.example' }),
      '421',
    );
  });
});

describe('POST /api/test-event', () => {
  test('without any user, whoever sits at the machine may, a proxy on it may not', async (context) => {
    const { fetch, testEvents } = await startTestWebSink(context);
    assert.equal((await fetch('/api/test-event', post())).status, 202);
    assert.equal((await fetch('/api/test-event', post('session-stop'))).status, 202);
    const passedOn = post('session-stop', { 'x-forwarded-for': '10.0.0.7' });
    assert.equal((await fetch('/api/test-event', passedOn)).status, 401);
    assert.deepEqual(testEvents, ['connection-open', 'session-stop']);
  });

  test('without any user, what a reverse proxy asked a visitor for is no sign-in, and no permission', async (context) => {
    const { fetch } = await startTestWebSink(context);
    for (const headers of [signedBy('proxy', 'secret'), { authorization: 'Bearer x' }]) {
      for (const path of ['/api/visitor', '/api/events', '/api/status', '/']) {
        assert.equal((await fetch(path, { headers })).status, 200, path);
      }
      const passedOn = post('connection-open', headers);
      assert.equal((await fetch('/api/test-event', passedOn)).status, 401);
    }
  });

  test('where there are users, it takes one of them', async (context) => {
    const { fetch, testEvents } = await startTestWebSink(context, { access: anna });
    assert.equal((await fetch('/api/test-event', post())).status, 401);
    const wrong = post('connection-open', signedBy('anna', 'dunkel'));
    assert.equal((await fetch('/api/test-event', wrong)).status, 401);
    const right = post('connection-open', signedBy('anna', 'licht'));
    assert.equal((await fetch('/api/test-event', right)).status, 202);
    assert.deepEqual(testEvents, ['connection-open']);
  });

  test('where anybody may publish, anybody may test', async (context) => {
    const { fetch } = await startTestWebSink(context, {
      access: { ...anna, anonymous: 'publish' },
    });
    assert.equal((await fetch('/api/test-event', post())).status, 202);
  });

  test('more than a person would send is refused, and says when to try again', async (context) => {
    const { fetch, testEvents } = await startTestWebSink(context);
    const statuses: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      statuses.push((await fetch('/api/test-event', post())).status);
    }
    assert.equal(testEvents.length, 5);
    assert.deepEqual(new Set(statuses), new Set([202, 429]));
    const refused = await fetch('/api/test-event', post());
    assert.match(refused.headers.get('retry-after') ?? '', /^[12]$/);
  });

  test('what is not sent is told with the reason', async (context) => {
    const { fetch } = await startTestWebSink(context, {
      sendTestEvent: async () => {
        throw new Error('the UDP port is closed');
      },
    });
    assert.equal((await fetch('/api/test-event', post('nonsense'))).status, 400);
    const failed = await fetch('/api/test-event', post());
    assert.equal(failed.status, 503);
    assert.match(await failed.text(), /the UDP port is closed/);
  });
});

describe('who may see what', () => {
  const names = /goran|LAB/;

  test('with personalData: signedIn, names are for those who have signed in', async (context) => {
    const access = { ...anna, personalData: 'signedIn' } as const;
    const { sink, fetch } = await startTestWebSink(context, { access });
    sink.accept(userEvent({ message: "Start session for user 'LAB\\goran'" }));
    const hidden = await (await fetch('/api/events')).text();
    assert.match(hidden, /"host":"sense1"/);
    assert.doesNotMatch(hidden, names);
    const shown = await (await fetch('/api/events', { headers: signedBy('anna', 'licht') })).text();
    assert.match(shown, names);
  });

  test('with anonymous: none, events and senders are only for those who have signed in', async (context) => {
    const { sink, fetch } = await startTestWebSink(context, {
      access: { ...anna, anonymous: 'none' },
    });
    sink.accept(userEvent({ source: '10.0.0.7' }));
    assert.equal((await fetch('/api/events')).status, 401);
    assert.doesNotMatch(await (await fetch('/api/setup')).text(), /10\.0\.0\.7/);
    const signed = { headers: signedBy('anna', 'licht') };
    assert.match(await (await fetch('/api/events', signed)).text(), names);
    assert.match(await (await fetch('/api/setup', signed)).text(), /10\.0\.0\.7/);
  });

  test('so does the state with senders; the rest of it is open, also with a wrong password', async (context) => {
    const { sink, fetch } = await startTestWebSink(context, {
      access: { ...anna, anonymous: 'none' },
      state: {
        status: () => ({ version: '1.2.3' }),
        faults: () => [],
        metrics: async () => ({ text: '', contentType: 'text/plain' }),
      },
    });
    sink.accept(userEvent({ source: '10.0.0.7' }));
    sink.rejected({
      address: '10.0.0.8',
      reason: 'empty',
      message: 'it is empty',
      remedy: 'none',
      atMs: 0,
    });
    for (const headers of [{}, signedBy('anna', 'wrong')]) {
      const response = await fetch('/api/status', { headers });
      assert.deepEqual([response.status, await response.json()], [200, { version: '1.2.3' }]);
    }
    const shown = await (await fetch('/api/status', { headers: signedBy('anna', 'licht') })).text();
    assert.match(
      shown,
      /^\{"version":"1\.2\.3","senders":\[\{"address":"10\.0\.0\.8".*10\.0\.0\.7/,
    );
    assert.doesNotMatch(shown, names);
  });

  test('the history has counts and no names', async (context) => {
    const { sink, fetch } = await startTestWebSink(context);
    sink.accept(userEvent({ receivedAt: new Date().toISOString() }));
    const text = await (await fetch('/api/history')).text();
    assert.equal(JSON.parse(text).counts['connection-open'].at(-1), 1);
    assert.doesNotMatch(text, /goran|LAB|sense1/);
  });
});

describe('/LocalLogConfig.xml', () => {
  test('is a file for download, with the address and layout that were asked for', async (context) => {
    const { fetch } = await startTestWebSink(context);
    const response = await fetch('/LocalLogConfig.xml?address=10.0.0.5&variant=butler-sos');
    assert.equal(
      response.headers.get('content-disposition'),
      'attachment; filename="LocalLogConfig.xml"',
    );
    const xml = await response.text();
    assert.match(xml, /"remoteAddress" value="10\.0\.0\.5"/);
    assert.match(xml, /\/qseow-proxy-session\/;/);
  });

  test('takes nothing that is no address and no layout', async (context) => {
    const { fetch } = await startTestWebSink(context);
    const wrong = [
      'address=%22%3E%3Cx%3E',
      'address=',
      'variant=other',
      'address=a%0Ab',
      'address=10.0.0.5:9997',
      'address=10.0.0.999',
      'address=127.0.0.1',
      'address=http://blinky.local/',
    ];
    for (const query of wrong) {
      const response = await fetch(`/LocalLogConfig.xml?${query}`);
      assert.equal(response.status, 400, query);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    }
  });

  test('an address is checked before: what is wrong, and what may go wrong', async (context) => {
    const { fetch } = await startTestWebSink(context);
    const check = async (address: string) =>
      (await fetch(`/api/appender-address?${new URLSearchParams({ address })}`)).text();
    assert.match(
      await check('10.0.0.5:9997'),
      /includes a port\. Use 10\.0\.0\.5\. The port is added for you\./,
    );
    assert.match(await check(''), /is not an address\. Use an address such as 10\.0\.0\.5/);
    assert.match(await check('blinky.local'), /"problem":null,"notes":\["log4net looks up/);
  });

  test('one that takes events from this machine only offers its own address, and says so', async (context) => {
    const { fetch } = await startTestWebSink(context, {
      setup: {
        eventPort: () => 9997,
        eventAddress: () => '127.0.0.1',
        lastRejected: () => undefined,
      },
    });
    const setup = await (await fetch('/api/setup')).text();
    assert.match(setup, /"addresses":\[\{"address":"127\.0\.0\.1","interfaceName":""\}\]/);
    const file = await fetch('/LocalLogConfig.xml?address=127.0.0.1');
    assert.match(await file.text(), /"remoteAddress" value="127\.0\.0\.1"/);
    const check = await (await fetch('/api/appender-address?address=127.0.0.1')).text();
    assert.match(check, /"problem":null.*from this machine only/);
  });
});

test('a bug that keeps the page from opening is logged with its stack', async (context) => {
  const { log, lines } = recordingLog();
  await startTestWebSink(context, { hostNames: [undefined as never], log });
  assert.match(lines[0] ?? '', /opening the web page failed because of a bug: TypeError: .* at /);
});

test('a start that goes on after the stop opens no page, and says so of none', async (context) => {
  const { log, lines } = recordingLog();
  const { sink } = await startTestWebSink(context, { log });
  await sink.stop();
  const before = lines.length;
  await sink.start();
  assert.deepEqual(lines.slice(before), []);
  assert.equal(sink.port, undefined);
});
