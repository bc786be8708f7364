import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkConfigText } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';

const check = (origins: string, more = '') =>
  checkConfigText('blinky.yaml', `Butler:\n  webConfig:\n    allowedOrigins: ${origins}\n${more}`);

function refusal(origins: string, more = ''): string {
  try {
    check(origins, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  assert.fail('it was not refused');
}

describe('webConfig.allowedOrigins', () => {
  test('takes origins as browsers write them, and "*"', () => {
    assert.deepEqual(
      checkConfigText('blinky.yaml', 'Butler:\n').config.webConfig.allowedOrigins,
      [],
    );
    for (const origins of [
      '[https://dash.example.com, "http://10.0.0.9:3000"]',
      '["http://[fd00::9]:3000/"]',
      '["*"]',
    ]) {
      assert.notEqual(check(origins).config.webConfig.allowedOrigins.length, 0);
    }
  });

  for (const origin of [
    'dash.example.com',
    'https://dash.example.com/page',
    'https://*.example.com',
    'null',
    'https://',
    '',
  ]) {
    test(`refuses "${origin}", and says what it takes`, () => {
      assert.match(
        refusal(`["${origin}"]`),
        /^blinky\.yaml:3: Butler\.webConfig\.allowedOrigins\.0: found .*; allowed: where a page comes from, such as https:/,
      );
    });
  }

  test('every page may listen, but not while everybody may publish', () => {
    const publish = '  brokerConfig:\n    access: { anonymous: publish }\n';
    assert.match(
      refusal('["*"]', publish),
      /^blinky\.yaml:3: Butler\.webConfig\.allowedOrigins: found "\*"; allowed: a list of origins, because .*anonymous: publish/,
    );
    assert.equal(check('[https://dash.example.com]', publish).warnings.length, 0);
  });
});
