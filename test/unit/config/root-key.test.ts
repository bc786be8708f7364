import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

describe('the root key', () => {
  for (const key of ['Butler-SOS', 'butler-sos', 'ButlerSOS', 'Butler_SOS', '"Butler SOS"']) {
    test(`${key} is that of another program: what to copy from its file`, (context) => {
      const text = `---\n# of Butler SOS\n${key}:\n  userEvents: { excludeUser: [] }\n`;
      assert.match(
        refusal(context, text),
        /^blinky\.yaml:3: root key Butler.?SOS: this is a configuration of another program, Butler SOS\. Fix: create a new file with the root key `Butler:`.*copy.*userEvents\.excludeUser.*brokerHost.*portUserActivityEvents is called udpServerConfig\.portSessionConnectionEvents here$/i,
      );
    });
  }

  const shown = ['my-config', 'docker-compose', 'x-common', 'Butler.webConfig', 'butler'];
  for (const key of shown) {
    test(`${key} is named`, (context) => {
      const message = refusal(context, `${key}:\n  port: 1\n`);
      assert.match(
        message,
        new RegExp(`^blinky\\.yaml:1: unknown root key ${key}\\. Fix: .*\`Butler:\``),
      );
    });
  }

  for (const key of ['xoxb-12-34-ab', 'root:$6$salt$hash', 'a1b2c3d4-e5f6-7a8b', 'pass word']) {
    test(`${key} may be a secret, and is not named`, (context) => {
      assert.equal(
        refusal(context, `"${key}": 1\n`),
        'blinky.yaml:1: unknown root key. Fix: indent all settings below the root key `Butler:`',
      );
    });
  }

  test('Butler without a space after the colon of a setting', (context) => {
    assert.match(
      refusal(context, 'Butler:\n  logLevel:info\n'),
      /^blinky\.yaml:1: no space after the colon of logLevel\. Fix: write `key: value`$/,
    );
  });

  test('settings beside Butler are ignored, with a warning', (context) => {
    const { config, warnings } = load(
      context,
      'x-common: &port 81\nButler:\nwebConfig:\n  port: *port\nrestServerConfig: {}\nButler-SOS: {}\n',
    );
    assert.equal(config.webConfig.port, 8080);
    const end =
      'is not indented below Butler and is ignored. Fix: indent it and the lines that belong to it';
    assert.deepEqual(warnings, [
      `blinky.yaml:3: webConfig ${end}`,
      `blinky.yaml:5: restServerConfig ${end}`,
      'blinky.yaml:6: Butler-SOS belongs to another program, Butler SOS, and is ignored. Fix: remove it and the lines below it',
    ]);
  });

  test('special spaces, which look like indentation, are pointed out', (context) => {
    assert.deepEqual(load(context, 'Butler:\n\u00a0\u00a0logLevel: debug\n').warnings, [
      'blinky.yaml:2: logLevel is indented with special space characters and is ignored. Fix: use ordinary spaces',
    ]);
    assert.match(
      refusal(context, 'Butler:\n\u2003\u2003logLevel debug\n'),
      /^blinky\.yaml:\d: invalid YAML/,
    );
  });
});
