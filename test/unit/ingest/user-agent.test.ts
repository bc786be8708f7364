import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDatagram } from '../../../src/ingest/parse.ts';
import { createUserAgentReader } from '../../../src/ingest/user-agent.ts';

const readUserAgent = createUserAgentReader();

function eventOf(datagram: string) {
  const result = parseDatagram(Buffer.from(datagram), readUserAgent);
  assert.ok(result.ok);
  return result.event;
}

describe('user agents', () => {
  const chrome =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
  const browserOf = (message: string) =>
    eventOf(`/proxy-session/;h;Start session;LAB;u;o;c;${message}`).browser?.name;
  for (const message of [
    `UserAgent: '${chrome}'`,
    `UserAgent: '${chrome.replace('Win64', "Bob's PC")}'`,
    `UserAgent: '${chrome}' for session 12`,
    `UserAgent: '${chrome}', app 'Sales'`,
    `UserAgent: "${chrome}"`,
    `UserAgent: ${chrome}`,
    `UserAgent:'${chrome}'`,
    `userAgent: '${chrome}'`,
    `User-Agent: '${chrome}' end`,
    `user agent = "${chrome}"`,
    `{"userAgent": "${chrome}"}`,
    `UserAgent: '${chrome}`,
    `${'x'.repeat(950)} UserAgent: '${chrome}'`,
    `${'x'.repeat(5000)} UserAgent: '${chrome}'`,
    `UserAgent: '${chrome.replace('Win64', '.NET CLR 4.0; '.repeat(80))}'`,
  ]) {
    test(`Chrome in ${message.slice(0, 30)}… (${message.length} characters)`, () =>
      assert.equal(browserOf(message), 'Chrome'));
  }
  test('none if the message has none', () => {
    for (const message of [
      "UserAgent: ''",
      'UserAgent: ',
      'UserAgent: "',
      'm',
      'UserAgent: (null)',
    ]) {
      assert.equal(browserOf(message), undefined, message);
    }
  });
  test('the message itself is cut as before', () => {
    const message = `${'x'.repeat(5000)} UserAgent: '${chrome}'`;
    assert.equal(eventOf(`h;Start session;LAB;u;o;c;${message}`).message, 'x'.repeat(1000));
  });
});
