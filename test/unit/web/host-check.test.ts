import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHostCheck, hostNameOf, isSameOrigin } from '../../../src/web/host-check.ts';

describe('the host check', () => {
  const isOwnHost = createHostCheck('Blinky.corp.example', ['light.example.com']);

  for (const host of [
    '10.0.0.5',
    '10.0.0.5:8080',
    '[fd00::2]:8080',
    'localhost:8080',
    'blinky',
    'BLINKY.local:80',
    'blinky.local.',
    'blinky.lan',
    'blinky.home.arpa',
    'blinky.corp.example',
    'light.example.com:8080',
  ]) {
    test(`knows ${host}`, () => assert.equal(isOwnHost(host), true));
  }

  for (const host of [
    undefined,
    '',
    'evil.example',
    'blinky.evil.example',
    'blinky.com',
    'local',
    '10.0.0.5.evil.example',
    '10.0.0.5@evil.example',
    'localhost.evil.example',
    'evil.example:10.0.0.5',
  ]) {
    test(`does not know ${host ?? 'a request without a host'}`, () =>
      assert.equal(isOwnHost(host), false));
  }

  test('takes a name from a header without its port', () => {
    assert.equal(hostNameOf('[::1]:80'), '::1');
    assert.equal(hostNameOf('Blinky.local:8080'), 'blinky.local');
  });
});

describe('the origin of a request', () => {
  test('our own page and programs without a page may ask', () => {
    assert.equal(isSameOrigin('http://10.0.0.5:8080', '10.0.0.5:8080'), true);
    assert.equal(isSameOrigin('https://blinky.local', 'blinky.local'), true);
    assert.equal(isSameOrigin('http://blinky.local', 'blinky.local:80'), true);
    assert.equal(isSameOrigin(undefined, '10.0.0.5:8080'), true);
  });

  test('other pages, other ports and pages without an origin may not', () => {
    assert.equal(isSameOrigin('http://evil.example', '10.0.0.5:8080'), false);
    assert.equal(isSameOrigin('http://10.0.0.5:9000', '10.0.0.5:8080'), false);
    assert.equal(isSameOrigin('null', '10.0.0.5:8080'), false);
    assert.equal(isSameOrigin('http://10.0.0.5:8080', undefined), false);
  });
});
