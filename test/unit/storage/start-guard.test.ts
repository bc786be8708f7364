import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { namespaceOf } from '../../../src/appliance/parts.ts';
import { StartGuard } from '../../../src/storage/start-guard.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Life = (guard: StartGuard, clock: ManualClock, memory: { inUse: number }) => void;

/**
 * Simulates runs of the program, one after another; returns what each start was told to set aside.
 */
function createLives(context: TestContext) {
  const directory = temporaryFolder(context);
  return (life: Life, boot = 'boot 1') => {
    const clock = new ManualClock();
    const memory = { inUse: 0.3 };
    const guard = new StartGuard({
      directory,
      clock,
      memoryInUse: () => memory.inUse,
      bootId: () => boot,
      namespaceOf,
    });
    const suspect = guard.begin();
    life(guard, clock, memory);
    return suspect;
  };
}

const diesOpening: Life = () => {};
const diesLoading =
  (part: string): Life =>
  (guard) => {
    guard.opened();
    guard.loading(part);
  };
const loads: Life = (guard) => {
  guard.opened();
  guard.loading('broker');
  guard.loaded();
};
const crashes: Life = (guard, clock) => {
  loads(guard, clock, { inUse: 0 });
  clock.advance(60_000);
  guard.crashed();
};
const runsOut: Life = (guard, clock, memory) => {
  loads(guard, clock, memory);
  memory.inUse = 0.95;
  clock.advance(1000);
};
const stops: Life = (guard, clock, memory) => {
  loads(guard, clock, memory);
  guard.stopping();
};

for (const [what, life, suspects] of [
  ['dies while the broker loads', diesLoading('broker'), ['broker', 'database', undefined]],
  [
    'crashes while the page loads',
    (guard) => {
      diesLoading('web')(guard, new ManualClock(), { inUse: 0 });
      guard.crashed();
    },
    ['history', 'broker', 'database', undefined],
  ],
  [
    'dies while an outbox loads, which never goes first',
    diesLoading('slack'),
    ['broker', 'slack-outbox', 'database', undefined],
  ],
  ['dies while the database opens', diesOpening, ['database', 'broker', undefined]],
  ['crashes within two minutes', crashes, ['broker', undefined, undefined, undefined]],
  ['runs out of memory', runsOut, ['broker', undefined, undefined, undefined]],
] as const satisfies readonly (readonly [string, Life, readonly unknown[]])[]) {
  test(`a start that ${what}: after three in a row, one namespace after another is set aside`, (context) => {
    const live = createLives(context);
    const told = [life, life, life, ...suspects.map(() => life)].map((one) => live(one));
    assert.deepEqual(told, [undefined, undefined, undefined, ...suspects]);
  });
}

for (const [what, life] of [
  ['was killed after it had loaded', loads],
  ['was stopped', stops],
  [
    'ran for two minutes',
    (guard, clock, memory) => {
      loads(guard, clock, memory);
      clock.advance(120_000);
    },
  ],
  [
    'crashed after two minutes',
    (guard, clock, memory) => {
      loads(guard, clock, memory);
      clock.advance(121_000);
      guard.crashed();
    },
  ],
  [
    'had too little memory only for a moment',
    (guard, clock, memory) => {
      runsOut(guard, clock, memory);
      memory.inUse = 0.5;
      clock.advance(1000);
    },
  ],
] as const satisfies readonly (readonly [string, Life])[]) {
  test(`a start that ${what} ends a series of failed ones`, (context) => {
    const live = createLives(context);
    for (const one of [crashes, crashes, life, crashes, crashes, life]) {
      assert.equal(live(one), undefined);
    }
    assert.equal(live(loads), undefined);
  });
}

test('starts that are killed while different parts load have not failed', (context) => {
  const live = createLives(context);
  for (let round = 0; round < 5; round += 1) {
    for (const part of ['broker', 'slack', 'web']) {
      assert.equal(live(diesLoading(part)), undefined);
      assert.equal(live(diesLoading(part)), undefined);
    }
    assert.equal(live(diesOpening), undefined);
    assert.equal(live(diesOpening), undefined);
  }
});

test('a power cut or a stop while a part loads does not count', (context) => {
  const live = createLives(context);
  for (let boot = 0; boot < 5; boot += 1) {
    assert.equal(live(diesLoading('broker'), `boot ${boot}`), undefined);
  }
  const stopsLoading: Life = (guard, clock, memory) => {
    diesLoading('broker')(guard, clock, memory);
    guard.stopping();
  };
  for (let round = 0; round < 5; round += 1) assert.equal(live(stopsLoading, 'b'), undefined);
  // Earlier failures still count.
  live(crashes, 'b');
  live(crashes, 'b');
  live(stopsLoading, 'b');
  live(crashes, 'b');
  assert.equal(live(loads, 'b'), 'broker');
});

test('the whole database is not set aside if any of the last starts had loaded', (context) => {
  const live = createLives(context);
  for (const life of [crashes, crashes, diesOpening]) assert.equal(live(life), undefined);
  assert.equal(live(diesOpening), 'broker');
  assert.equal(live(diesOpening), undefined);
  assert.equal(live(loads), 'database');
});

test('a machine that is switched off with nearly all memory in use is not a failed start', (context) => {
  const live = createLives(context);
  for (let boot = 0; boot < 5; boot += 1) assert.equal(live(runsOut, `boot ${boot}`), undefined);
});

test('an orderly stop is known at the next start, with the sizes of the logs', (context) => {
  const live = createLives(context);
  live((guard, clock, memory) => {
    stops(guard, clock, memory);
    guard.stopping();
    guard.stopped({ '000003.log': 12 });
  });
  live((guard) => {
    assert.equal(guard.stoppedInOrder, true);
    assert.deepEqual(guard.expectedLogs, { '000003.log': 12 });
  });
  live((guard) => {
    assert.equal(guard.stoppedInOrder, false);
    assert.deepEqual(guard.expectedLogs, {});
  });
});

test("a file that is invalid or can't be written is ignored", (context) => {
  const directory = temporaryFolder(context);
  const options = { clock: new ManualClock(), memoryInUse: () => 0, namespaceOf };
  for (const text of ['', '{', 'null', '{"boot":1}', '[]']) {
    writeFileSync(join(directory, 'starts.json'), text);
    assert.equal(new StartGuard({ directory, ...options }).begin(), undefined);
  }
  const nowhere = new StartGuard({ directory: join(directory, 'none'), ...options });
  assert.equal(nowhere.begin(), undefined);
  nowhere.loaded();
  nowhere.stopping();
});
