import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { copiesIn } from '../../../src/storage/set-aside.ts';
import { filesOf, flip } from '../../support/damaged-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestApp, type TestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const sessions = 40;
const openEvent = 'sense1;Open connection;LAB;goran';
/** Slack is unreachable: events wait. */
const slackAway = ['slackConfig.enable=true', 'slackConfig.apiUrl=http://127.0.0.1:9/api/'];

const start = (context: TestContext, stateDirectory: string): Promise<TestApp> =>
  startTestApp(context, slackAway, {
    stateDirectory,
    slackToken: { tokenFile: '', environmentToken: 'xoxb-1-away' },
  });

async function stateStatus(app: TestApp) {
  const status = (await (await app.get('/api/status')).json()) as {
    parts: { state: { state: string; message: string; remedy: string } };
  };
  return status.parts.state;
}

/** Runs the appliance until it keeps sessions and events; then moves everything into tables. */
async function createState(context: TestContext, inTables = true): Promise<string> {
  const directory = temporaryFolder(context);
  const app = await start(context, directory);
  for (let index = 0; index < sessions; index += 1) {
    const { client } = await app.subscribe([], { clientId: `kept-${index}`, clean: false });
    await client.subscribeAsync('qliksense/connection/open', { qos: 1 });
    await client.endAsync(true);
  }
  for (let index = 0; index < 5; index += 1) await app.send(openEvent);
  await waitFor('events waiting for Slack', async () => {
    const { slack } = (await (await app.get('/api/status')).json()) as {
      slack: { waiting: number };
    };
    return slack.waiting === 5;
  });
  await app.stop();
  if (inTables) {
    // Opening converts the log into a table.
    const database = new ClassicLevel(join(directory, 'db'));
    await database.open();
    await database.compactRange('', '~');
    await database.close();
    rmSync(join(directory, 'starts.json'));
  }
  return directory;
}

/** What the database contains now, by the prefix of the keys. */
async function count(directory: string, prefix: string): Promise<number> {
  const database = new ClassicLevel(join(directory, 'db'));
  await database.open();
  const keys = await database.keys({ gte: prefix, lt: `${prefix}~` }).all();
  await database.close();
  return keys.length;
}

const cases: readonly {
  readonly what: string;
  readonly inTables?: boolean;
  readonly damage: (database: string) => void;
  readonly says: RegExp;
  /** How many sessions are there afterwards, at least and at most. */
  readonly kept: readonly [number, number];
}[] = [
  {
    what: 'three bytes flipped in a table',
    damage: (database) => {
      const table = filesOf(database, '.ldb')[0] ?? '';
      flip(table, Math.floor(statSync(table).size / 2));
    },
    says: /\.ldb has 1 of \d+ blocks damaged.*Kept: .*Lost: about \d+ .*MQTT/,
    kept: [0, sessions - 1],
  },
  {
    what: 'three bytes flipped in the index of a table',
    damage: (database) => {
      const table = filesOf(database, '.ldb')[0] ?? '';
      flip(table, statSync(table).size - 60);
    },
    says: /\.ldb has a damaged index.*Kept: 40 MQTT sessions.*5 events waiting for Slack.*Lost: nothing/,
    kept: [sessions, sessions],
  },
  {
    what: 'a table cut short',
    damage: (database) => {
      const table = filesOf(database, '.ldb')[0] ?? '';
      truncateSync(table, Math.floor(statSync(table).size / 2));
    },
    says: /\.ldb has \d+ bytes instead of \d+.*Lost: the contents of \d+ unreadable bytes/,
    kept: [0, sessions - 1],
  },
  {
    what: 'a table of no bytes',
    damage: (database) => truncateSync(filesOf(database, '.ldb')[0] ?? '', 0),
    says: /\.ldb has 0 bytes instead of \d+.*Lost: the contents of \d+ unreadable bytes/,
    kept: [0, 0],
  },
  {
    what: 'a table gone',
    damage: (database) => rmSync(filesOf(database, '.ldb')[0] ?? ''),
    says: /\.ldb is missing.*Lost: the contents of \d+ unreadable bytes/,
    kept: [0, 0],
  },
  {
    what: 'the log gone',
    inTables: false,
    damage: (database) => rmSync(filesOf(database, '.log')[0] ?? ''),
    says: /\.log is missing.*Lost: an unknown number of the latest changes/,
    kept: [0, 0],
  },
  {
    what: 'a log of no bytes, after an orderly stop',
    inTables: false,
    damage: (database) => truncateSync(filesOf(database, '.log')[0] ?? '', 0),
    says: /\.log has 0 bytes instead of \d+.*Lost: an unknown number of the latest changes/,
    kept: [0, 0],
  },
  {
    what: 'garbage in the middle of the log',
    inTables: false,
    damage: (database) => flip(filesOf(database, '.log')[0] ?? '', 2000, 100),
    says: /\.log has \d+ damaged bytes.*Lost: the contents of \d+ unreadable bytes/,
    kept: [sessions - 3, sessions],
  },
  {
    what: 'CURRENT of no bytes',
    damage: (database) => writeFileSync(join(database, 'CURRENT'), ''),
    says: /CURRENT is damaged.*Kept: 40 MQTT sessions.*Lost: nothing/,
    kept: [sessions, sessions],
  },
  {
    what: 'CURRENT gone',
    damage: (database) => rmSync(join(database, 'CURRENT')),
    says: /CURRENT is missing.*Kept: 40 MQTT sessions.*Lost: nothing/,
    kept: [sessions, sessions],
  },
  {
    what: 'the manifest damaged',
    damage: (database) => flip(filesOf(database, /^MANIFEST/)[0] ?? '', 20),
    says: /MANIFEST-\d+ is damaged.*Kept: 40 MQTT sessions.*Lost: nothing/,
    kept: [sessions, sessions],
  },
  {
    what: 'the manifest gone',
    damage: (database) => rmSync(filesOf(database, /^MANIFEST/)[0] ?? ''),
    says: /MANIFEST-\d+ is missing.*Kept: 40 MQTT sessions.*Lost: nothing/,
    kept: [sessions, sessions],
  },
];

for (const { what, inTables, damage, says, kept } of cases) {
  test(`${what}: reported, what can be read is kept, the rest is set aside`, async (context) => {
    const directory = await createState(context, inTables);
    damage(join(directory, 'db'));

    const app = await start(context, directory);
    const health = await app.get('/healthz');
    const state = await stateStatus(app);
    assert.match(state.message, says);
    assert.equal(health.status, 503);
    assert.match(state.remedy, /replace it if this happens again. The damaged database is kept in/);
    assert.equal(app.lines.filter((line) => /^error +state:/.test(line)).length, 1);
    const [copy, ...others] = copiesIn(directory);
    assert.deepEqual(others, []);
    const aside = readFileSync(join(directory, copy ?? '', 'what-was-lost.txt'), 'utf8');
    assert.match(aside, says);
    // It works, and keeps what arrives from now on.
    await app.send(openEvent);
    await waitFor('the light', () => app.blinks('green') === 1);
    await app.stop();
    const found = await count(directory, '!broker!session/');
    assert.ok(found >= kept[0] && found <= kept[1], `${found} sessions`);

    // After an orderly stop it is no longer news, but still mentioned.
    const next = await start(context, directory);
    const later = await stateStatus(next);
    assert.equal(later.state, 'ok', later.message);
    assert.match(later.message, says);
    assert.equal(copiesIn(directory).length, 1);
  });
}

test('nothing is reported for a database that is undamaged, or was cut off in its last write', async (context) => {
  const directory = await createState(context, false);
  const log = filesOf(join(directory, 'db'), '.log')[0] ?? '';
  rmSync(join(directory, 'starts.json'));
  truncateSync(log, statSync(log).size - 5);
  const app = await start(context, directory);
  assert.equal(app.app.health.part('state').status.state, 'ok');
  assert.deepEqual(copiesIn(directory), []);
  assert.ok(app.lines.some((line) => /state: the last write is incomplete/.test(line)));
});
