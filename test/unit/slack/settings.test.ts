import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkConfigText } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';

const load = (text: string) => checkConfigText('blinky.yaml', text).config.slackConfig;

function refusal(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'taken';
}

const slackWith = (lines: string) => `Butler:\n  slackConfig:\n    enable: true\n    ${lines}\n`;
const butlerWith = (lines: string, enable = true) =>
  `Butler:\n  slackNotification:\n    enable: ${enable}\n    userSessionEvents:\n      enable: true\n      ${lines}\n`;
const url = 'https://hooks.slack.com/services/T0/B0/abc';

describe('a webhook in the configuration', () => {
  test('is taken from slackConfig and from the place where Butler has it', () => {
    assert.equal(load(slackWith(`webhookURL: ${url}`)).webhookURL, url);
    const butler = load(butlerWith(`webhookURL: ${url}\n      channel: alerts`));
    assert.equal(butler.webhookURL, url);
    assert.equal(butler.loginNotificationChannel, 'alerts');
    const both = `${slackWith('webhookURL: https://mattermost.lan/hooks/abc')}${butlerWith(
      `webhookURL: ${url}`,
    ).replace('Butler:\n', '')}`;
    assert.equal(load(both).webhookURL, 'https://mattermost.lan/hooks/abc');
  });

  test("Butler's template, not filled in, is no webhook", () => {
    assert.equal(load(butlerWith('webhookURL: <web hook URL from Slack>')).webhookURL, '');
    assert.equal(load(butlerWith('webhookURL:')).webhookURL, '');
  });

  const wrong: readonly [string, RegExp][] = [
    ['http://hooks.slack.com/services/T0/B0/abc', /starts with http:\/\//],
    ['hooks.slack.com/services/T0/B0/abc', /not a URL|begins/],
    ['https://hooks.slack.com/', /incomplete/],
    ['https://hooks.slack.com/services/', /incomplete/],
    ['https://hooks.slack.com/triggers/T0/1/abc', /Workflow Builder/],
    ['https://lab.slack.com/archives/C0SECRET', /address of a Slack page/],
    ['https://app.slack.com/client/T0/C0', /address of a Slack page/],
    ['https://mattermost.lan', /without a path/],
    ['ftp://hooks.slack.com/services/abc', /starts with ftp:/],
    ['some words', /not a URL/],
  ];
  for (const [text, words] of wrong) {
    test(`"${text}" is refused with its place, without showing it`, () => {
      const own = refusal(slackWith(`webhookURL: ${text}`));
      assert.match(own, /^blinky\.yaml:4: Butler\.slackConfig\.webhookURL: found /);
      assert.match(own, words);
      assert.match(own, /allowed: the URL of an incoming webhook/);
      assert.doesNotMatch(own, /SECRET|abc/);
      const butler = refusal(butlerWith(`webhookURL: ${text}`));
      assert.match(
        butler,
        /^blinky\.yaml:6: Butler\.slackNotification\.userSessionEvents\.webhookURL: found /,
      );
    });
  }

  test('is not looked at while Slack is off', () => {
    assert.equal(refusal(butlerWith('webhookURL: some words', false)), 'taken');
  });

  test('stands in the file or in one of its own, not in both', () => {
    assert.match(
      refusal(slackWith(`webhookURL: ${url}\n    webhookFile: /etc/blinky/webhook`)),
      /^blinky\.yaml:5: Butler\.slackConfig\.webhookFile: found a file; allowed: nothing/,
    );
  });

  test('http:// is for this machine only', () => {
    assert.equal(refusal(slackWith('webhookURL: http://127.0.0.1:8065/hooks/x')), 'taken');
    assert.match(refusal(slackWith('webhookURL: http://10.0.0.7/hooks/x')), /starts with http/);
  });
});

describe('a web proxy in the configuration', () => {
  for (const text of [
    '""',
    'none',
    'proxy.lan:8080',
    'http://u:p@proxy.lan:8080',
    'https://p.lan',
  ]) {
    test(`${text} is taken`, () => {
      assert.equal(refusal(slackWith(`proxy: ${text}`)), 'taken');
    });
  }

  for (const text of [
    'socks5://u:hush@proxy.lan:1080',
    'ftp://u:hush@p.lan',
    'http://u:hush/x@p:80',
    '"u:hush@p q"',
  ]) {
    test(`${text} is refused with its place, without the password`, () => {
      const words = refusal(slackWith(`proxy: ${text}`));
      assert.match(
        words,
        /^blinky\.yaml:4: Butler\.slackConfig\.proxy: found .*allowed: http:\/\/host:port/,
      );
      assert.doesNotMatch(words, /hush/);
    });
  }
});
