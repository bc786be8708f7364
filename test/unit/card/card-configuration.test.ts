import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import {
  configurationInForce,
  understandConfiguration,
} from '../../../src/card/card-configuration.ts';
import { lines } from '../../support/card-contents.ts';

const understand = (text: string, stored?: string) =>
  understandConfiguration({ name: 'blinky.yaml', text }, stored);

function defaultsOf(configuration: ReturnType<typeof understand>, hash?: string) {
  const step = configurationInForce(configuration, hash, '/run').find(
    ({ file }) => file === 'defaults.yaml',
  );
  return parse(step?.content ?? '') as { Butler: Record<string, unknown> };
}

describe('blinky.yaml', () => {
  test('one that is right is kept, and in force as it stands', () => {
    const text = 'Butler:\n  webConfig:\n    port: 8081\n';
    const { notes, steps, isWrong } = understand(text);
    assert.deepEqual(lines(notes), ['fine: blinky.yaml: applied']);
    assert.deepEqual(
      steps.map(({ place, content }) => [place, content]),
      [['state', text]],
    );
    assert.equal(isWrong, false);
    assert.deepEqual(understand(text, text).steps, [], 'kept once');
  });

  test('one that is wrong is not kept; its line is named as its author sees it', () => {
    const { notes, steps, isWrong } = understand('Butler:\n\n  webConfig:\n    port: 99999\n');
    assert.equal(isWrong, true);
    assert.deepEqual(steps, []);
    assert.equal(
      lines(notes)[0],
      'wrong: blinky.yaml:4: Butler.webConfig.port: found 99999; allowed: a port number from 1 to 65535 (0: any free port)',
    );
  });

  test('unknown keys are hints', () => {
    assert.match(
      lines(understand('Butler:\n  webConfg: {}\n').notes).join('\n'),
      /hint: blinky\.yaml:2: Butler\.webConfg: unknown setting, ignored; did you mean Butler\.webConfig\?/,
    );
  });

  test('curly quotes and tabs are forgiven', () => {
    const text =
      'Butler:\n\tslackConfig:\n\t\tloginNotificationChannel: “sense”\n\tuserEvents:\n\t\texcludeUser: [{ directory: ‘LAB’, userId: O’Neil }]\n';
    const { text: tidied, isWrong, notes } = understand(text);
    assert.equal(isWrong, false, lines(notes).join('\n'));
    assert.deepEqual(parse(tidied), {
      Butler: {
        slackConfig: { loginNotificationChannel: 'sense' },
        userEvents: { excludeUser: [{ directory: 'LAB', userId: 'O’Neil' }] },
      },
    });
  });

  test('without a file the last that was right is in force', () => {
    const stored = 'Butler:\n  logLevel: debug\n';
    assert.equal(understandConfiguration(undefined, stored).text, stored);
  });

  test('below it lie the page’s port of the image and the image’s own user', () => {
    assert.deepEqual(defaultsOf(understand('Butler:\n'), 'a hash'), {
      Butler: {
        webConfig: { port: 80 },
        brokerConfig: { access: { users: [{ name: 'blinky', passwordHash: 'a hash' }] } },
      },
    });
  });

  test('a slip elsewhere opens to nobody what had been closed', () => {
    const stored = 'Butler:\n  brokerConfig:\n    access: { personalData: signedIn }\n';
    const wrong = understand('Butler:\n  logLevel: loud\n', stored);
    assert.deepEqual(defaultsOf(wrong).Butler['brokerConfig'], {
      access: { users: [], personalData: 'signedIn' },
    });
    const right = understand('Butler:\n  logLevel: debug\n', stored);
    assert.deepEqual(defaultsOf(right).Butler['brokerConfig'], { access: { users: [] } });
  });
});
