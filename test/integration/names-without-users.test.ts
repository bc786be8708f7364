// Clients of small devices, which send a name and a password that mean nothing here.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword } from '../../src/access/password.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { openMqttSocket } from '../support/mqtt-socket.ts';
import { startTestApp } from '../support/test-app.ts';

const anna = async () =>
  `brokerConfig.access.users=[{name: anna, passwordHash: "${await hashPassword('secret')}"}]`;

/** However slow the machine is, nobody gets another try. */
const heldClock: Clock = { ...systemClock, monotonicMs: () => 1_000_000 };

/** CONNACK's answer to a name and a password; null leaves one out. */
const opener =
  (context: Parameters<typeof openMqttSocket>[0], port: number | undefined) =>
  async (
    clientId: string,
    username: string | null,
    password: string | null,
    protocolVersion: 3 | 4 | 5 = 4,
  ) => {
    const client = await openMqttSocket(context, port, {
      protocolVersion,
      connect: {
        clientId,
        ...(username !== null && { username }),
        ...(password !== null && { password: Buffer.from(password) }),
      },
    });
    const [connack] = client.packets;
    assert.ok(connack?.cmd === 'connack');
    return { client, code: protocolVersion === 5 ? connack.reasonCode : connack.returnCode };
  };

describe('names and passwords', () => {
  test('without users everybody is let in as anybody, and the log says so once for a client', async (context) => {
    const { app, lines } = await startTestApp(context);
    const open = opener(context, app.ports.mqtt);
    for (const protocolVersion of [3, 4, 5] as const) {
      for (let round = 0; round < 3; round += 1) {
        for (const [name, password] of [
          ['DVES_USER', 'DVES_PASS'],
          ['mqtt', 'mqtt'],
          ['homeassistant', ''],
          ['homeassistant', null],
        ] as const) {
          const { client, code } = await open('DVES_82A6C9', name, password, protocolVersion);
          assert.equal(code, 0, `${name} ${password} ${protocolVersion}`);
          client.socket.destroy();
        }
      }
    }
    const { client } = await open('lamp', 'mqtt', 'mqtt');
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] });
    assert.deepEqual((await client.received('suback')).granted, [0]);
    const told = lines.filter((line) => line.includes('no users'));
    assert.equal(told.length, 2, told.join('\n'));
    assert.match(
      told[0] ?? '',
      /^info .*client DVES_82A6C9 at 127\.0\.0\.1: signs in as "DVES_USER", but no users are configured: treated as anonymous$/,
    );
    assert.ok(!lines.some((line) => line.includes('DVES_PASS')));
  });

  test('an empty name is nobody, with a password or not, also where there are users', async (context) => {
    for (const settings of [[], [await anna()]]) {
      const { app, lines, get } = await startTestApp(context, settings);
      const open = opener(context, app.ports.mqtt);
      for (const protocolVersion of [3, 4, 5] as const) {
        for (const password of ['', 'x', null]) {
          for (let round = 0; round < 2; round += 1) {
            const { code } = await open('sketch', '', password, protocolVersion);
            assert.equal(code, 0, `${password} ${protocolVersion}`);
          }
        }
      }
      assert.deepEqual(
        lines.filter((line) => /refused|no users|wrong/.test(line)),
        [],
      );
      const metrics = await (await get('/metrics')).text();
      assert.match(metrics, /^blinky_sign_ins_total\{result="wrong"\} 0$/m);
    }
  });

  test('a refusal says who, from where and why, once, without the password', async (context) => {
    const { app, lines } = await startTestApp(context, [await anna()], { clock: heldClock });
    const open = opener(context, app.ports.mqtt);
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await open('DVES_82A6C9', 'DVES_USER', 'hidden-1')).code, 4);
      assert.equal((await open('lamp', 'anna', 'hidden-2', 5)).code, 0x86);
    }
    for (let index = 0; index < 5; index += 1) await open('guesser', 'anna', `hidden-${index}x`);
    assert.equal((await open('late', 'anna', 'secret')).code, 3);
    assert.equal((await open('lamp', 'anna', 'hidden-2', 5)).code, 0x86);
    const told = lines.filter((line) => line.includes('refused'));
    assert.deepEqual(
      told.map((line) => line.replace(/^(\w+) +/, '$1 ').replace(/in \d+ s/, 'in N s')),
      [
        'info mqtt: client DVES_82A6C9 at 127.0.0.1: refused, unknown user "DVES_USER"',
        'info mqtt: client lamp at 127.0.0.1: refused, wrong password for user "anna"',
        'info mqtt: client guesser at 127.0.0.1: refused, wrong password for user "anna"',
        'info mqtt: client late at 127.0.0.1: refused, too many wrong passwords, or too many sign-ins at once; it may try again in N s',
      ],
    );
    assert.ok(!lines.some((line) => line.includes('hidden') || line.includes('secret')));
  });

  test('where everybody must sign in, nobody gets in without a user', async (context) => {
    const { app, lines } = await startTestApp(context, ['brokerConfig.access.anonymous=none']);
    const open = opener(context, app.ports.mqtt);
    assert.equal((await open('a', null, null)).code, 5);
    assert.equal((await open('b', '', '')).code, 5);
    assert.equal((await open('c', 'mqtt', 'mqtt')).code, 5);
    const told = lines.filter((line) => line.includes('refused'));
    assert.equal(told.length, 3);
    assert.match(told[0] ?? '', /sends no user name, and Butler\.brokerConfig\.access\.anonymous/);
    assert.match(
      told[2] ?? '',
      /no users are configured, and Butler\.brokerConfig\.access\.anonymous/,
    );
  });
});
