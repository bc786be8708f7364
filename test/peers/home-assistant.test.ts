import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hashPassword } from '../../src/access/password.ts';
import { startTestApp } from '../support/test-app.ts';

/** Debian's, which has its library. */
const python = '/usr/bin/python3';
const program = join(import.meta.dirname, 'home-assistant.py');

describe("Home Assistant's pattern with its own library, 2,000 topics", () => {
  for (const version of [4, 5]) {
    for (const user of [undefined, 'anna']) {
      test(`MQTT version ${version}, ${user ?? 'anonymous'}`, {
        timeout: 120_000,
      }, async (context) => {
        const { app, lines } = await startTestApp(context, [
          `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`,
        ]);
        const child = spawn(python, [
          program,
          String(app.ports.mqtt),
          String(version),
          '2000',
          ...(user ? [user, 'secret'] : []),
        ]);
        context.after(() => child.kill());
        let output = '';
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => {
            output += text;
          });
        }
        const [code] = await once(child, 'close');
        assert.equal(code, 0, output);
        assert.match(output, /^first: 89 packets answered, 0 filters refused$/m);
        assert.match(output, /^again: 89 packets answered, 0 filters refused$/m);
        assert.match(output, /device found/);
        assert.deepEqual(
          lines.filter((line) => /refused/.test(line)),
          [],
        );
      });
    }
  }
});
