// The plug is pulled at random moments, some of them in the very first start: the file systems can
// be used, the appliance comes back by itself each time, and it has what it had.
// BLINKY_CUTS says how often (2), BLINKY_SEED which moments (printed).
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { takePartitionOffCard, writeToCard } from '../emulator/card.ts';
import { waitFor } from '../support/wait-for.ts';
import { ApplianceOnPi } from './appliance-on-pi.ts';
import { freshCard, imageUnderTest, workFolder } from './cards.ts';

const cuts = Number(process.env['BLINKY_CUTS'] || 2);
const seed = Number(process.env['BLINKY_SEED'] || randomInt(2 ** 31));

/** Nothing answers for Slack: what is for it waits on the card. Clients may have messages retained. */
const settings = `Butler:
  brokerConfig:
    access: { anonymous: publish }
  slackConfig:
    enable: true
    apiUrl: http://127.0.0.1:9/
`;

/** Numbers from 0 to 1 that the seed decides. */
function* randomNumbers(): Generator<number, never> {
  for (let round = 0; ; round += 1) {
    yield createHash('sha256').update(`${seed} ${round}`).digest().readUInt32LE() / 2 ** 32;
  }
}
const random = randomNumbers();

/** What a card has to have after a cut, since it had it before. */
interface Card {
  readonly file: string;
  events: number;
  waiting: number;
  /** The last number that the broker has acknowledged as retained, by topic. */
  readonly retained: Map<string, number>;
  lastPublished: number;
  identity: string | undefined;
}

/** On how many topics clients have messages retained. */
const retainedTopics = 20;

let running: ApplianceOnPi | undefined;

async function powerOn(card: Card): Promise<ApplianceOnPi> {
  running = await ApplianceOnPi.powerOn(card.file);
  return running;
}

async function cut(): Promise<void> {
  await running?.powerCut();
  running = undefined;
}

/** Events as fast as busy Sense servers send them, and a client that has messages retained. */
async function load(card: Card, appliance: ApplianceOnPi, forMs: number): Promise<void> {
  await appliance.withClient(async (client) => {
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      for (let batch = 0; batch < 10; batch += 1) {
        card.events += 1;
        await appliance.send('Open connection', `user${card.events}`);
      }
      publishRetained(card, client);
      card.waiting = (await appliance.metric('blinky_slack_waiting')) ?? card.waiting;
      await pause(50);
    }
  });
}

function publishRetained(card: Card, client: MqttClient): void {
  card.lastPublished += 1;
  const number = card.lastPublished;
  const topic = `kept/${number % retainedTopics}`;
  client.publish(topic, String(number), { qos: 1, retain: true }, (error) => {
    if (!error) card.retained.set(topic, number);
  });
}

/** Shows that what was acknowledged is retained, or what was published on that topic after it. */
async function hasRetained(card: Card, appliance: ApplianceOnPi): Promise<void> {
  await appliance.withClient(async (client) => {
    const found = new Map<string, number>();
    client.on('message', (topic, payload) => found.set(topic, Number(payload.toString())));
    await client.subscribeAsync('kept/#', { qos: 1 });
    await waitFor(
      `the ${card.retained.size} topics with a retained message`,
      () => found.size >= card.retained.size,
      60_000,
    );
    for (const [topic, number] of card.retained) {
      const kept = found.get(topic) ?? 0;
      const isKept = kept >= number && kept <= card.lastPublished;
      assert.ok(isKept, `${topic}: ${kept} is retained, ${number} was acknowledged`);
    }
  });
}

/** Looks at the card as the next start finds it: what that can't fix automatically is a fault. */
function inspect(card: Card): void {
  const partition = join(workFolder, 'cut.part');
  const exitOf = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, [...args, partition], {
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  };
  takePartitionOffCard(card.file, 1, partition);
  exitOf('fsck.vfat', '-a');
  const fat = exitOf('fsck.vfat', '-n');
  assert.equal(fat.status, 0, `FAT: ${fat.output}`);

  takePartitionOffCard(card.file, 2, partition);
  const root = exitOf('e2fsck', '-fn');
  assert.equal(root.status, 0, `root: ${root.output}`);
  assert.equal(checksum(partition), checksumOfFreshRoot, 'the root was written to');

  takePartitionOffCard(card.file, 3, partition);
  // Replays the journal, as mounting does.
  const journal = exitOf('e2fsck', '-p', '-E', 'journal_only');
  assert.ok([0, 1].includes(journal.status ?? -1), `state: ${journal.output}`);
  const state = exitOf('e2fsck', '-fn');
  assert.equal(state.status, 0, `state: ${state.output}`);
  rmSync(partition);
}

const checksum = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const checksumOfFreshRoot = (() => {
  const partition = join(workFolder, 'fresh.part');
  execFileSync('mkdir', ['-p', workFolder]);
  takePartitionOffCard(imageUnderTest(), 2, partition);
  return checksum(partition);
})();

/** What must differ between two machines, and must not change on one. */
async function identityOf({ pi }: ApplianceOnPi): Promise<string> {
  await pi.shellReady();
  const { output } = await pi.shell(
    'cd /var/lib/blinky-state/system; until [ -s ssh/ssh_host_ed25519_key.pub ]; do sleep 1; done; cat machine-id password-hash ssh/ssh_host_ed25519_key.pub; cmp machine-id /etc/machine-id && echo same',
  );
  assert.match(output, /same/, output);
  return output;
}

/** Starts the card and shows that nothing is lost that was there before. */
async function comesBack(card: Card): Promise<number> {
  const appliance = await powerOn(card);
  // Slack is out of reach on purpose, so that /healthz tells of a fault.
  const readyMs = await appliance.up();
  const waiting = (await appliance.metric('blinky_slack_waiting')) ?? 0;
  assert.ok(
    waiting >= card.waiting && waiting <= card.events,
    `${waiting} events wait for Slack; before the cut ${card.waiting} did, ${card.events} were sent`,
  );
  card.waiting = waiting;
  await hasRetained(card, appliance);
  const identity = await identityOf(appliance);
  card.identity ??= identity;
  assert.equal(identity, card.identity);
  return readyMs;
}

after(async () => {
  await cut();
});

describe('power cuts', { timeout: 15 * 60_000 + cuts * 5 * 60_000 }, () => {
  const cards: Card[] = ['cut-1', 'cut-2'].map((name) => {
    const file = freshCard(name);
    writeToCard(file, 'blinky.yaml', settings);
    writeToCard(file, 'slack-token.txt', 'xoxb-1-not-a-token-that-slack-knows');
    return {
      file,
      events: 0,
      waiting: 0,
      retained: new Map(),
      lastPublished: 0,
      identity: undefined,
    };
  });

  test(`after each of ${cuts} cuts it is back, with all that it had`, async (context) => {
    context.diagnostic(`BLINKY_SEED=${seed}`);
    for (let number = 1; number <= cuts; number += 1) {
      // The first card is cut first while it starts for the first time, the second under load.
      const card = cards[(number - 1) % 2] as Card;
      const whileStarting = number === 1 || (number > 2 && random.next().value < 0.5);
      const momentMs = random.next().value * (whileStarting ? 80_000 : 20_000);
      const what = `cut ${number}: ${(momentMs / 1000).toFixed(1)} s after ${whileStarting ? 'power on' : 'ready, under load'}`;
      let tellsReady = '';
      if (whileStarting) {
        await powerOn(card);
        await pause(momentMs);
      } else {
        const readyMs = await comesBack(card);
        tellsReady = `, ready after ${Math.round(readyMs / 1000)} s`;
        await load(card, running as ApplianceOnPi, momentMs);
      }
      await cut();
      inspect(card);
      const had = `${card.waiting} of ${card.events} events waited, ${card.retained.size} topics retained`;
      context.diagnostic(`${what}${tellsReady}, ${had}`);
    }
    for (const card of cards.slice(0, cuts)) {
      const readyMs = await comesBack(card);
      context.diagnostic(`back, ready after ${Math.round(readyMs / 1000)} s`);
      await cut();
    }
  });

  test('two machines with the same image have nothing secret in common', () => {
    const [first, second] = cards.map(({ identity }) => (identity ?? '').split('\n'));
    for (const line of first ?? []) {
      if (line !== 'same' && line !== '') assert.ok(!second?.includes(line), line);
    }
  });
});
