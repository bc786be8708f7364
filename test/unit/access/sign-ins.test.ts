import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SignInResult, SignIns } from '../../../src/access/sign-ins.ts';
import type { User } from '../../../src/access/users.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

const right = 'right';
const anna: User = { name: 'anna', passwordHash: '' };
const attacker = '192.0.2.1';
const home = '192.0.2.2';

interface Derivation {
  readonly name: string;
  readonly password: string;
  readonly finish: () => void;
}

/** Sign-ins whose derivations take no time, unless the test holds them. */
function createSignIns({ residentBytes = 100e6 } = {}) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const checked: string[] = [];
  const held: Derivation[] = [];
  let holds = false;
  const signIns = new SignIns({
    clock,
    log,
    residentBytes: () => residentBytes,
    users: {
      authenticate: async (name, password) => {
        checked.push(`${name}/${password}`);
        if (holds) {
          await new Promise<void>((resolve) => held.push({ name, password, finish: resolve }));
        }
        return password === right && !name.startsWith('nobody') ? { ...anna, name } : undefined;
      },
    },
  });
  return {
    clock,
    lines,
    checked,
    held,
    signIns,
    hold: () => {
      holds = true;
    },
    /** Finishes the oldest derivations, and those that follow them. */
    finishAll: async () => {
      for (let one = held.shift(); one; one = held.shift()) {
        one.finish();
        await settle();
      }
    },
    guess: async (from: string, password: string, name = 'anna') =>
      outcomeOf(await signIns.signIn(from, name, password)),
  };
}

const outcomeOf = (result: SignInResult) =>
  result === 'wrong' ? result : 'tryAgainInMs' in result ? 'later' : 'right';

/** Runs everything that waits for nothing external. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const count = (outcomes: readonly string[], wanted: string) =>
  outcomes.filter((outcome) => outcome === wanted).length;

describe('guesses', () => {
  test('five wrong passwords, then one every six seconds; the others are not even checked', async () => {
    const { guess, clock, checked, signIns } = createSignIns();
    for (let index = 0; index < 5; index += 1) {
      assert.equal(await guess(attacker, `wrong ${index}`), 'wrong');
    }
    assert.deepEqual(await signIns.signIn(attacker, 'anna', right), { tryAgainInMs: 6000 });
    assert.equal(await guess(`::ffff:${attacker}`, right), 'later');
    assert.equal(await guess(home, right), 'right');
    assert.equal(checked.length, 6);
    clock.advance(6000);
    assert.equal(await guess(attacker, right), 'right');
    assert.deepEqual(signIns.counts, { right: 2, wrong: 5, delayed: 2 });
  });

  test('the 64 upper bits of an IPv6 address are one network', async () => {
    const { guess } = createSignIns();
    for (let index = 1; index <= 5; index += 1) {
      assert.equal(await guess(`2001:db8:0:1::${index}`, `wrong ${index}`), 'wrong');
    }
    assert.equal(await guess('2001:db8:0:1:ffff::9', right), 'later');
    assert.equal(await guess('2001:db8:0:2::1', right), 'right');
  });

  test('of 150 at once, five are checked, two at a time', async () => {
    const { guess, checked, held, hold, finishAll } = createSignIns();
    hold();
    const all = Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        guess(attacker, index === 77 ? right : `wrong ${index}`),
      ),
    );
    await settle();
    assert.equal(held.length, 2);
    await finishAll();
    const outcomes = await all;
    assert.equal(checked.length, 5);
    assert.equal(count(outcomes, 'wrong'), 5);
    assert.equal(count(outcomes, 'later'), 145);
  });

  test('when memory is tight, they are checked one at a time', async () => {
    const { guess, checked, held, hold, finishAll } = createSignIns({ residentBytes: 140e6 });
    hold();
    const all = Promise.all(Array.from({ length: 9 }, (_, index) => guess(attacker, `${index}`)));
    await settle();
    assert.equal(held.length, 1);
    await finishAll();
    assert.equal(count(await all, 'wrong'), 5);
    assert.equal(checked.length, 5);
  });

  test('a name that many networks guess is closed to them, but not to others', async () => {
    const { guess, clock, checked } = createSignIns();
    for (let index = 0; index < 100; index += 1) {
      await guess(`10.0.0.${index % 20}`, `wrong ${index}`);
    }
    assert.ok(checked.length <= 30, `${checked.length} were checked`);
    assert.equal(await guess(home, right, 'berta'), 'right');
    clock.advance(3000);
    for (let index = 0; index < 20; index += 1) await guess(`10.0.0.${index}`, `more ${index}`);
    assert.equal(await guess(home, right), 'right');
  });

  test('unknown names are limited the same way', async () => {
    const { guess, checked } = createSignIns();
    for (let index = 0; index < 100; index += 1) {
      await guess(`10.0.${index}.1`, `wrong ${index}`, 'nobody');
    }
    assert.equal(checked.length, 20);
  });

  test('a correct password costs nothing', async () => {
    const { guess } = createSignIns();
    for (let index = 0; index < 50; index += 1) {
      assert.equal(await guess(home, right, `user ${index}`), 'right');
    }
  });
});

describe('many at once', () => {
  test('one flooding network delays nobody else', async () => {
    const { guess, hold, held, finishAll, checked } = createSignIns();
    hold();
    const flood = Array.from({ length: 200 }, (_, index) => guess(attacker, `wrong ${index}`));
    const honest = Array.from({ length: 10 }, (_, index) =>
      guess(`10.0.0.${index}`, right, `user ${index}`),
    );
    await settle();
    assert.equal(held.length, 2);
    await finishAll();
    assert.equal(count(await Promise.all(honest), 'right'), 10);
    assert.equal(count(await Promise.all(flood), 'wrong'), 5);
    const lastHonest = checked.indexOf(`user 9/${right}`);
    assert.ok(lastHonest <= 14, `waited for ${lastHonest} others`);
  });

  test('with any number of waiting networks, a new one gets a place from the one with most', async () => {
    const { guess, hold, finishAll } = createSignIns();
    hold();
    const flood = Array.from({ length: 10 }, (_, network) =>
      Array.from({ length: 20 }, (_, index) =>
        guess(`10.0.0.${network}`, `wrong ${index}`, `nobody ${network}`),
      ),
    ).flat();
    const honest = guess(home, right);
    await settle();
    await finishAll();
    assert.equal(await honest, 'right');
    assert.ok(count(await Promise.all(flood), 'later') > 100);
  });

  test('networks that have sent nothing wrong are checked before those that have', async () => {
    const { guess, hold, finishAll, checked } = createSignIns();
    const networks = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`);
    await Promise.all(networks.map((network) => guess(network, 'wrong', `nobody ${network}`)));
    hold();
    const flood = networks.flatMap((network) =>
      ['wrong 1', 'wrong 2'].map((password) => guess(network, password, `nobody ${network}`)),
    );
    const honest = guess(home, right);
    await settle();
    await finishAll();
    assert.equal(await honest, 'right');
    assert.equal(checked.indexOf(`anna/${right}`), networks.length + 2);
    await Promise.all(flood);
  });

  test('nobody waits longer than four seconds', async () => {
    const { guess, hold, held, clock, finishAll, checked } = createSignIns();
    hold();
    const busy = ['a', 'b'].map((name, index) => guess(`10.0.0.${index}`, right, name));
    const waiting = guess(home, right);
    await settle();
    clock.advance(4000);
    assert.equal(await waiting, 'later');
    assert.equal(held.length, 2);
    await finishAll();
    assert.deepEqual(await Promise.all(busy), ['right', 'right']);
    assert.equal(checked.length, 2);
  });

  test('many devices of one user need one derivation', async () => {
    const { guess, hold, finishAll, checked } = createSignIns();
    hold();
    const crowd = Array.from({ length: 40 }, (_, index) => guess(`10.0.0.${index}`, right));
    await settle();
    await finishAll();
    assert.equal(count(await Promise.all(crowd), 'right'), 40);
    assert.equal(checked.length, 1);
  });

  test('many clients behind one address wait for each other and get in', async () => {
    const { guess, hold, finishAll } = createSignIns();
    hold();
    const crowd = Array.from({ length: 16 }, (_, index) => guess(home, right, `user ${index}`));
    await settle();
    await finishAll();
    assert.equal(count(await Promise.all(crowd), 'right'), 16);
  });

  test('many devices of one user behind one address need one derivation', async () => {
    const { guess, hold, finishAll, checked } = createSignIns();
    hold();
    const crowd = Array.from({ length: 16 }, () => guess(home, right));
    await settle();
    await finishAll();
    assert.equal(count(await Promise.all(crowd), 'right'), 16);
    assert.equal(checked.length, 1);
  });

  test('an address without guesses left is told so at once', async () => {
    const { guess, hold } = createSignIns();
    for (let index = 0; index < 5; index += 1) await guess(attacker, `wrong ${index}`);
    hold();
    for (const name of ['a', 'b']) void guess(home, right, name);
    assert.equal(await guess(attacker, right), 'later');
  });

  test('waiting for a check of another client costs a guess', async () => {
    const { guess, checked } = createSignIns();
    for (let index = 0; index < 5; index += 1) {
      const same = [attacker, home].map((from) => guess(from, `wrong ${index}`));
      assert.deepEqual(await Promise.all(same), ['wrong', 'wrong']);
    }
    assert.equal(checked.length, 5);
    assert.equal(await guess(attacker, right), 'later');
    assert.equal(await guess(home, right), 'later');
  });

  test('at the end, waiting clients are told to try later', async () => {
    const { guess, hold, signIns, clock } = createSignIns();
    hold();
    for (const name of ['a', 'b']) void guess(home, right, name);
    const waiting = guess(home, right);
    await settle();
    signIns.stop();
    assert.equal(await waiting, 'later');
    assert.equal(clock.pending, 0);
  });
});

describe('a user who has signed in from an address before', () => {
  test('gets in without a derivation, whatever others at that address do', async () => {
    const { guess, checked } = createSignIns();
    assert.equal(await guess(home, right), 'right');
    for (let index = 0; index < 1000; index += 1) await guess(home, `wrong ${index}`);
    for (let index = 0; index < 100; index += 1) await guess(`10.0.${index}.1`, `wrong ${index}`);
    const before = checked.length;
    assert.equal(await guess(home, right), 'right');
    assert.equal(checked.length, before);
    assert.equal(await guess(home, right, 'berta'), 'later');
  });

  test('waits for nobody', async () => {
    const { guess, hold } = createSignIns();
    await guess(home, right);
    hold();
    for (const name of ['a', 'b']) void guess(attacker, right, name);
    assert.equal(await guess(home, right), 'right');
  });

  test('others get 2,000 comparisons, and twenty more each minute', async () => {
    const { guess, clock } = createSignIns();
    assert.equal(await guess(home, right), 'right');
    for (let index = 0; index < 2000; index += 1) await guess(home, `wrong ${index}`);
    assert.equal(await guess(home, right), 'later');
    clock.advance(3000);
    assert.equal(await guess(home, right), 'right');
  });

  test('a device that repeats an old password does not count as a guess', async () => {
    const { guess } = createSignIns();
    assert.equal(await guess(home, right), 'right');
    for (let index = 0; index < 3000; index += 1) await guess(home, 'the old one');
    assert.equal(await guess(home, right), 'right');
  });

  test('is dropped after a week without a sign-in', async () => {
    const { guess, clock, checked } = createSignIns();
    const day = 24 * 60 * 60_000;
    await guess(home, right);
    clock.advance(6 * day);
    await guess(home, right);
    clock.advance(6 * day);
    await guess(home, right);
    assert.equal(checked.length, 1);
    clock.advance(7 * day + 1);
    await guess(home, right);
    assert.equal(checked.length, 2);
  });

  test('of more than a thousand, the least recently used is dropped', async () => {
    const { guess, checked } = createSignIns();
    const address = (index: number) => `10.0.${index >> 8}.${index & 255}`;
    for (let index = 0; index <= 1000; index += 1) {
      await guess(address(index), right);
      await guess(address(0), right);
    }
    assert.equal(checked.length, 1001);
    await guess(address(0), right);
    assert.equal(checked.length, 1001);
    await guess(address(1), right);
    assert.equal(checked.length, 1002);
  });
});

describe('a device that repeats an old password', () => {
  test('does not keep others of its network from signing in for the first time', async () => {
    const { guess, clock, checked, signIns } = createSignIns();
    for (let index = 0; index < 150; index += 1) {
      assert.equal(await guess(home, 'the old one'), 'wrong');
      clock.advance(2000);
    }
    assert.deepEqual(checked, ['anna/the old one']);
    assert.deepEqual(signIns.counts, { right: 0, wrong: 150, delayed: 0 });
    assert.equal(await guess(home, right, 'berta'), 'right');
  });

  test('gets an answer even if its network has no guess left, which gives nobody one', async () => {
    const { guess, checked } = createSignIns();
    for (let index = 0; index < 5; index += 1) await guess(home, `wrong ${index}`);
    assert.equal(await guess(home, 'wrong 2'), 'wrong');
    assert.equal(await guess(home, 'wrong 5'), 'later');
    assert.equal(await guess(home, 'wrong 2', 'berta'), 'later');
    assert.equal(checked.length, 5);
  });

  test('gets what it waited for from the check before it', async () => {
    const { guess, hold, finishAll, checked } = createSignIns();
    hold();
    const busy = ['a', 'b'].map((name) => guess(attacker, right, name));
    const all = Array.from({ length: 16 }, () => guess(home, 'the old one'));
    await settle();
    await finishAll();
    assert.equal(count(await Promise.all(all), 'wrong'), 16);
    assert.equal(count(await Promise.all(busy), 'right'), 2);
    assert.equal(checked.length, 3);
  });

  test('is not an answer for other networks', async () => {
    const { guess, checked } = createSignIns();
    for (const from of [attacker, home]) assert.equal(await guess(from, 'the old one'), 'wrong');
    assert.equal(checked.length, 2);
  });
});

describe('the log', () => {
  test('one line when an address starts, one when it has stopped, and no password', async () => {
    const { guess, clock, lines } = createSignIns();
    for (let index = 0; index < 20; index += 1) {
      await guess(attacker, `secret ${index}`, `an\u202ena\n${'x'.repeat(100)}`);
    }
    clock.advance(30_000);
    await guess(attacker, 'secret');
    clock.advance(59_999);
    assert.deepEqual(lines, [
      `warn    wrong user name or password from 192.0.2.1, user "an na ${'x'.repeat(34)}"`,
    ]);
    clock.advance(1);
    assert.deepEqual(lines.slice(1), [
      'info    wrong sign-ins from 192.0.2.1 have stopped: 6 wrong, 15 told to try again later',
    ]);
    assert.equal(clock.pending, 0);
  });

  test('a single mistake is one line', async () => {
    const { guess, clock, lines } = createSignIns();
    await guess('2001:db8::1', 'slip');
    clock.advance(60_000);
    assert.deepEqual(lines, [
      'warn    wrong user name or password from 2001:db8:0:0::/64, user "anna"',
    ]);
  });

  test('many addresses are logged together', async () => {
    const { guess, clock, lines } = createSignIns();
    for (let index = 0; index < 200; index += 1) await guess(`10.0.0.${index}`, `wrong ${index}`);
    assert.equal(lines.length, 21);
    assert.match(lines.at(-1) ?? '', /other addresses/);
    clock.advance(60_000);
    assert.equal(lines.length, 22);
  });
});
