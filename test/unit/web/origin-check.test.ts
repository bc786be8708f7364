import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalOrigin } from '../../../src/platform/origin.ts';
import { createOriginCheck } from '../../../src/web/origin-check.ts';

describe('the origin of a page behind a reverse proxy', () => {
  const { isOwnPage } = createOriginCheck({
    hostNames: [
      'light.example.com',
      'Intranet.Example.com:8443',
      'https://pi.example.com/blinky/',
      '10.0.0.80',
      '[fd00::80]',
      'küche.example.com',
    ],
    allowedOrigins: [],
  });
  const upstream = '127.0.0.1:8080';

  for (const [origin, host] of [
    ['https://light.example.com', upstream],
    ['https://light.example.com:8443', 'light.example.com'],
    ['http://LIGHT.example.com', 'light.example.com:443'],
    ['https://intranet.example.com:8443', upstream],
    ['https://pi.example.com', upstream],
    ['https://pi.example.com:443', upstream],
    ['http://10.0.0.80:81', upstream],
    ['https://[fd00::80]', upstream],
    ['https://xn--kche-0ra.example.com', upstream],
  ] as const) {
    test(`${origin} is our page, asking for ${host}`, () =>
      assert.equal(isOwnPage(origin, host), true));
  }

  for (const origin of [
    'https://intranet.example.com',
    'https://intranet.example.com:9443',
    'http://pi.example.com',
    'https://pi.example.com:8443',
    'https://light.example.com.evil.example',
    'https://evil.example/light.example.com',
    'https://evil.example?light.example.com',
    'https://light.example.com@evil.example',
    'https://evil.example#light.example.com',
    'https://evil.light.example.com',
    'chrome-extension://light.example.com',
    'https://light.example.com https://evil.example',
    'https://blinky.local:3000',
    'null',
    '',
  ]) {
    test(`${origin || 'an empty origin'} is not`, () =>
      assert.equal(isOwnPage(origin, upstream), false));
  }
});

describe('pages of others', () => {
  const hostNames: readonly string[] = [];
  const check = (...allowedOrigins: string[]) => createOriginCheck({ hostNames, allowedOrigins });

  test('an allowed one may use MQTT, and change nothing over HTTP', () => {
    const { mayUseMqtt, isOwnPage } = check(
      'https://Dash.example.com:443/',
      'http://10.0.0.9:3000',
    );
    assert.equal(mayUseMqtt('https://dash.example.com', '10.0.0.5'), true);
    assert.equal(mayUseMqtt('http://10.0.0.9:3000', '10.0.0.5'), true);
    assert.equal(isOwnPage('https://dash.example.com', '10.0.0.5'), false);
    for (const origin of ['http://dash.example.com', 'https://dash.example.com:8443', 'null', '']) {
      assert.equal(mayUseMqtt(origin, '10.0.0.5'), false, origin);
    }
  });

  test('none is allowed by default, any by "*"', () => {
    assert.equal(check().mayUseMqtt('https://dash.example.com', '10.0.0.5'), false);
    for (const origin of ['https://dash.example.com', 'null', 'file://']) {
      assert.equal(check('*').mayUseMqtt(origin, '10.0.0.5'), true);
      assert.equal(check('*').isOwnPage(origin, '10.0.0.5'), false);
    }
  });

  test('programs that show pages have schemes of their own', () => {
    assert.equal(check('app://obsidian.md').mayUseMqtt('app://obsidian.md', '10.0.0.5'), true);
    assert.equal(check('file://').mayUseMqtt('file://', '10.0.0.5'), true);
  });
});

test('an origin is a scheme, a host and perhaps a port', () => {
  assert.equal(normalOrigin('HTTPS://Dash.Example.com'), 'https://dash.example.com:443');
  assert.equal(normalOrigin('http://[FD00:0::5]:3000/'), 'http://[fd00::5]:3000');
  for (const text of [
    'dash.example.com',
    'https://',
    'https://dash.example.com/page',
    'https://*.example.com',
    'https://dash.example.com:port',
    'https://a b',
    'null',
    'https://user@dash.example.com',
  ]) {
    assert.equal(normalOrigin(text), undefined, text);
  }
});
