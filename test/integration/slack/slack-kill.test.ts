import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { startSlackSink } from '../../support/start-slack-sink.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const worker = fileURLToPath(new URL('../../support/slack-worker.ts', import.meta.url));

/** So many lives in a row share a state directory; so many rows run side by side. */
const livesInARow = 25;
const rows = 4;

/** Runs the worker and kills it at a random moment. Resolves with the number after the last accepted. */
async function liveAndDie(
  context: TestContext,
  directory: string,
  apiUrl: string,
  channel: string,
  first: number,
): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', worker, directory, apiUrl, channel, String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const kill = () => child.kill('SIGKILL');
  context.signal.addEventListener('abort', kill);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(child, 'close');
  // Most die at work, some while they start.
  if (Math.random() < 0.85) await Promise.race([once(child.stdout, 'data'), closed]);
  await pause(Math.random() * 200);
  kill();
  await closed;
  context.signal.removeEventListener('abort', kill);
  const accepted = output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1);
  return accepted ? Number(accepted) : first;
}

const numbersIn = (text: string) => [...text.matchAll(/LAB\/u(\d+) on/g)].map(([, n]) => Number(n));

/** One row of lives; checks what arrived, and resolves with how often a message was repeated. */
async function checkRow(context: TestContext): Promise<{ accepted: number; repeated: number }> {
  const slack: FakeSlack = await startFakeSlack(context, { intervalMs: 1 });
  const directory = join(temporaryFolder(context), 'state');
  const acceptedRuns: [number, number][] = [];
  let first = 0;
  for (let life = 0; life < livesInARow; life += 1) {
    const end = await liveAndDie(context, directory, slack.apiUrl, `life-${life}`, first);
    acceptedRuns.push([first, end]);
    // Events that the dead one had not reported yet may have got through; numbers are not reused.
    first = end + 1000;
  }
  const { sink } = await startSlackSink(context, slack, {
    stateDirectory: directory,
    pace: { gapMs: 5 },
  });
  await waitFor('delivery of the rest', () => sink.waiting === 0, 30_000);

  const seen = new Set<number>();
  let latest = -1;
  let repeated = 0;
  for (const [index, { channel, text }] of slack.posts.entries()) {
    const numbers = numbersIn(text);
    if (numbers.some((number) => seen.has(number))) repeated += 1;
    const before = slack.posts[index - 1];
    if (before) {
      // A new life begins with the message under way at the earliest. It may cut it into several:
      // lines of events that are late by now are longer, for they tell when that was.
      const underWay = numbersIn(before.text);
      const earliest =
        before.channel === channel ? (underWay.at(-1) ?? -1) + 1 : (underWay[0] ?? 0);
      const [begin = 0] = numbers;
      assert.ok(begin >= earliest, `${begin} came again, although ${underWay} had been reached`);
    }
    for (const number of numbers.filter((one) => !seen.has(one))) {
      assert.ok(number > latest, `${number} came after ${latest}`);
      latest = number;
      seen.add(number);
    }
  }
  let accepted = 0;
  for (const [from, end] of acceptedRuns) {
    accepted += end - from;
    for (let number = from; number < end; number += 1) {
      assert.ok(seen.has(number), `event ${number} was accepted and never arrived`);
    }
  }
  return { accepted, repeated };
}

test('kill -9 a hundred times under load: all that was accepted arrives, one message at most twice', async (context) => {
  const results = await Promise.all(Array.from({ length: rows }, () => checkRow(context)));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const accepted = sum(results.map((row) => row.accepted));
  const repeated = sum(results.map((row) => row.repeated));
  context.diagnostic(
    `${rows * livesInARow} kills, ${accepted} events accepted and delivered, ${repeated} messages repeated`,
  );
  assert.ok(accepted > rows * livesInARow * 10, `only ${accepted} events: no load`);
});
