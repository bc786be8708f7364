import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findProxy } from '../../../src/slack/find-proxy.ts';
import { isWithoutProxy } from '../../../src/slack/no-proxy.ts';

const slack = new URL('https://slack.com/api/');

/** Host and port of the proxy that is used, and where it is set. */
function found(setting: string, environment: Record<string, string> = {}, target = slack) {
  const result = findProxy(setting, environment, target);
  if (result.kind === 'proxy') return `${result.proxy.name} (${result.proxy.from})`;
  return result.kind === 'none' ? 'none' : result.message;
}

describe('which web proxy is used', () => {
  const all = { HTTPS_PROXY: 'http://capitals:1', https_proxy: 'http://small:2' };

  test('the setting goes first, then the variables in the order of curl', () => {
    assert.equal(found('http://own:3', all), 'own:3 (Butler.slackConfig.proxy)');
    assert.equal(found('', all), 'small:2 (the variable https_proxy)');
    assert.equal(found('', { HTTPS_PROXY: 'http://a:1' }), 'a:1 (the variable HTTPS_PROXY)');
    assert.equal(found('', { ALL_PROXY: 'http://a:1' }), 'a:1 (the variable ALL_PROXY)');
    assert.equal(
      found('', { ...all, all_proxy: 'http://a:1' }),
      'small:2 (the variable https_proxy)',
    );
    assert.equal(
      found('', { https_proxy: '', HTTPS_PROXY: 'http://a:1' }),
      'a:1 (the variable HTTPS_PROXY)',
    );
    assert.equal(found('', {}), 'none');
  });

  test('http:// addresses have their own variable, in small letters only', () => {
    const plain = new URL('http://mattermost.lan/hooks/x');
    assert.equal(found('', { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2' }, plain), 'none');
    assert.equal(found('', { http_proxy: 'http://a:1' }, plain), 'a:1 (the variable http_proxy)');
  });

  test('it can be switched off', () => {
    for (const word of ['none', 'direct', ' None ']) assert.equal(found(word, all), 'none');
    assert.equal(found('', { ...all, https_proxy: 'none' }), 'none');
  });

  test('NO_PROXY holds for the variables; the setting needs none', () => {
    assert.equal(found('', { ...all, NO_PROXY: 'slack.com' }), 'none');
    assert.equal(
      found('', { ...all, no_proxy: 'other.com', NO_PROXY: 'slack.com' }),
      'small:2 (the variable https_proxy)',
    );
    assert.equal(found('http://own:3', { NO_PROXY: '*' }), 'own:3 (Butler.slackConfig.proxy)');
  });

  test('addresses are read as people write them, and never shown with a password', () => {
    assert.equal(found('proxy.lan:8080'), 'proxy.lan:8080 (Butler.slackConfig.proxy)');
    assert.equal(found('http://proxy.lan'), 'proxy.lan:80 (Butler.slackConfig.proxy)');
    assert.equal(found('https://proxy.lan'), 'proxy.lan:443 (Butler.slackConfig.proxy)');
    assert.equal(found('http://[fd00::1]:3128'), '[fd00::1]:3128 (Butler.slackConfig.proxy)');
    assert.equal(
      found('http://u:p%40ss@proxy.lan:8080/'),
      'proxy.lan:8080 (Butler.slackConfig.proxy)',
    );
    assert.equal(found('u:secret@proxy.lan:8080'), 'proxy.lan:8080 (Butler.slackConfig.proxy)');
  });

  test('what is no web proxy is said, with where it stands', () => {
    assert.match(
      found('', { ALL_PROXY: 'socks5://u:secret@a:1080' }),
      /^the variable ALL_PROXY has a SOCKS proxy/,
    );
    assert.match(
      found('', { HTTPS_PROXY: 'http://a b' }),
      /^the variable HTTPS_PROXY has something that isn't an address/,
    );
    assert.match(
      found('', { HTTPS_PROXY: 'http://u:p/secret@a:1' }),
      /isn't an address|percent-encoded/,
    );
    assert.doesNotMatch(found('', { HTTPS_PROXY: 'http://u:p/secret@a:1' }), /secret/);
    // As people sign in to Windows.
    assert.match(found('http://LAB\\goran:secret@a:1'), /%5C for \\/);
  });
});

describe('NO_PROXY', () => {
  const cases: readonly [list: string, url: string, isWithout: boolean][] = [
    ['slack.com', 'https://slack.com', true],
    ['slack.com', 'https://hooks.slack.com', true],
    ['.slack.com', 'https://hooks.slack.com', true],
    ['.slack.com', 'https://slack.com', true],
    ['*.slack.com', 'https://hooks.slack.com', true],
    ['SLACK.com.', 'https://slack.com', true],
    ['lack.com', 'https://slack.com', false],
    ['slack.com.evil.org', 'https://slack.com', false],
    ['localhost, 127.0.0.1,slack.com', 'https://slack.com', true],
    ['localhost slack.com', 'https://slack.com', true],
    ['*', 'https://slack.com', true],
    ['localhost,*', 'https://slack.com', true],
    ['', 'https://slack.com', false],
    [' , ', 'https://slack.com', false],
    ['slack.com:443', 'https://slack.com', true],
    ['slack.com:8443', 'https://slack.com', false],
    ['slack.com:8443', 'https://slack.com:8443', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2', 'https://10.1.2.3', false],
    ['192.168.0.0/33', 'https://192.168.0.1', false],
    ['10.0.0.0/8/8', 'https://10.0.0.1', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['::1', 'https://[::1]', true],
    ['[::1]:443', 'https://[::1]', true],
    ['[::1]:80', 'https://[::1]', false],
    ['0.0.0.0/0', 'https://slack.com', false],
  ];
  for (const [list, url, isWithout] of cases) {
    test(`"${list}" and ${url}: ${isWithout ? 'straight there' : 'by the proxy'}`, () => {
      assert.equal(isWithoutProxy(list, new URL(url)), isWithout);
    });
  }
});
