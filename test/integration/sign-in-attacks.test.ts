// Guesses at passwords, at full size and over real sockets.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashPassword } from '../../src/access/password.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { countOutcomes, type Guess, guessOverHttp, guessOverMqtt } from '../support/guesses.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const right = 'correct horse';
/** A network gets so many guesses, and more with time. */
const atOnce = 5;
/** However slow the machine is, nobody gets another guess. */
const heldClock: Clock = { ...systemClock, monotonicMs: () => 1_000_000 };

async function startAppliance(context: TestContext, clock = heldClock) {
  const users = await Promise.all(
    ['anna', 'berta'].map(async (name) => ({ name, passwordHash: await hashPassword(right) })),
  );
  return startTestApp(context, [`brokerConfig.access.users=${JSON.stringify(users)}`], { clock });
}

/** Guesses at one password, all different, with the right one somewhere behind the first 50. */
function guesses(count: number, from?: string): { all: Guess[]; place: number } {
  const place = 50 + Math.floor(Math.random() * (count - 50));
  const all = Array.from({ length: count }, (_, index) => ({
    name: 'anna',
    password: index === place ? right : `guess ${index}`,
    ...(from !== undefined && { from }),
  }));
  return { all, place };
}

describe('guesses at passwords', () => {
  const ways = [
    ['HTTP', 150, 'web', guessOverHttp],
    ['MQTT', 240, 'mqtt', guessOverMqtt],
  ] as const;
  for (const [way, count, port, guess] of ways) {
    test(`${count} at once over ${way}: five are checked, the right one among them is not`, async (context) => {
      const { app, lines } = await startAppliance(context);
      const { all, place } = guesses(count);
      const outcomes = await Promise.all(all.map((one) => guess(app.ports[port], one)));
      const counts = countOutcomes(outcomes);
      assert.equal(outcomes[place], 'delayed', `the right one, at ${place}`);
      assert.ok(counts.wrong <= atOnce, `${counts.wrong} were checked`);
      assert.ok(counts.wrong >= 1);
      assert.equal(lines.filter((line) => line.includes(' sign-in: ')).length, 1);
    });
  }

  test('guesses over MQTT and over HTTP count together', async (context) => {
    const { app, get } = await startAppliance(context);
    for (let index = 0; index < atOnce; index += 1) {
      const [guess, port] =
        index % 2 === 0 ? [guessOverMqtt, app.ports.mqtt] : [guessOverHttp, app.ports.web];
      assert.equal(await guess(port, { name: 'anna', password: `guess ${index}` }), 'wrong');
    }
    assert.equal(await guessOverMqtt(app.ports.mqtt, { name: 'anna', password: right }), 'delayed');
    assert.equal(await guessOverHttp(app.ports.web, { name: 'anna', password: right }), 'delayed');
    const metrics = await (await get('/metrics')).text();
    assert.match(metrics, /^blinky_sign_ins_total\{result="wrong"\} 5$/m);
    assert.match(metrics, /^blinky_sign_ins_total\{result="delayed"\} 2$/m);
    assert.match(metrics, /^blinky_mqtt_refused_total\{reason="wrong password"\} 4$/m);
  });

  test('who has signed in from the address before gets in during an attack from it', async (context) => {
    const { app } = await startAppliance(context);
    const anna = { name: 'anna', password: right };
    assert.equal(await guessOverMqtt(app.ports.mqtt, anna), 'right');
    const attack = Promise.all([
      ...guesses(150).all.map((one) =>
        guessOverHttp(app.ports.web, { ...one, password: `${one.password}?` }),
      ),
      ...guesses(150).all.map((one) =>
        guessOverMqtt(app.ports.mqtt, { ...one, password: `${one.password}!` }),
      ),
    ]);
    for (let index = 0; index < 10; index += 1) {
      assert.equal(await guessOverHttp(app.ports.web, anna), 'right');
      assert.equal(await guessOverMqtt(app.ports.mqtt, anna), 'right');
    }
    assert.equal(countOutcomes(await attack).right, 0);
    assert.equal(await guessOverHttp(app.ports.web, anna), 'right');
    const berta = { name: 'berta', password: right };
    assert.equal(await guessOverHttp(app.ports.web, berta), 'delayed');
  });

  test('somebody elsewhere signs in within seconds while 20 networks guess', async (context) => {
    const { app } = await startAppliance(context, systemClock);
    let isOver = false;
    context.after(() => {
      isOver = true;
    });
    const attackers = Array.from({ length: 20 }, async (_, index) => {
      const from = `127.0.0.${index + 2}`;
      for (let round = 0; !isOver; round += 1) {
        const name = index % 2 === 0 ? 'berta' : `nobody ${round}`;
        await Promise.all(
          Array.from({ length: 5 }, (_, turn) => {
            const one = { name, password: `guess ${index} ${round} ${turn}`, from };
            return turn === 0
              ? guessOverMqtt(app.ports.mqtt, one)
              : guessOverHttp(app.ports.web, one);
          }),
        );
        await pause(200);
      }
    });
    for (const [host, name] of [
      [40, 'anna'],
      [41, 'berta'],
    ] as const) {
      await pause(500);
      const beganAt = performance.now();
      const one = { name, password: right, from: `127.0.0.${host}` };
      await waitFor(
        `sign-in of ${name}`,
        async () => {
          if ((await guessOverMqtt(app.ports.mqtt, one)) === 'right') return true;
          await pause(200);
          return false;
        },
        20_000,
      );
      context.diagnostic(`${name}: ${Math.round(performance.now() - beganAt)} ms`);
    }
    isOver = true;
    await Promise.all(attackers);
  });

  test('150 at once take the memory of two derivations', async (context) => {
    const { app } = await startAppliance(context);
    const attack = (name: string) =>
      Promise.all(
        guesses(150).all.map((one) =>
          guessOverHttp(app.ports.web, { ...one, name, password: `${one.password} ${name}` }),
        ),
      );
    // The sockets and the server have their memory already.
    await Promise.all(
      Array.from({ length: 150 }, () =>
        guessOverHttp(app.ports.web, { name: 'x:', password: '', from: '127.0.0.9' }),
      ),
    );
    const { rss } = process.memoryUsage();
    let most = rss;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 2);
    context.after(() => clearInterval(timer));
    await attack('anna');
    clearInterval(timer);
    const grown = (most - rss) / 2 ** 20;
    context.diagnostic(`${grown.toFixed(1)} MB`);
    assert.ok(grown < 90, `${grown.toFixed(1)} MB more`);
  });
});
