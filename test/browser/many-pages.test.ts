import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../support/child.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';

const pages = 200;
const eventsPerSecond = 200;
const seconds = 10;
const events = eventsPerSecond * seconds;

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;';

/** The share of lights that were lit within so many ms, from the appliance's own histogram. */
function litWithin(metrics: string, ms: number): number {
  const bucket = (le: string) =>
    Number(
      new RegExp(
        `blinky_light_latency_seconds_bucket\\{le="${le.replace('+', '\\+')}"\\} (\\d+)`,
      ).exec(metrics)?.[1] ?? Number.NaN,
    );
  return bucket(String(ms / 1000)) / bucket('+Inf');
}

test(`${pages} open pages at ${eventsPerSecond} events a second: the lights and others do not notice`, {
  timeout: 120_000,
}, async (context) => {
  const { app, send, subscribe, get } = await startTestApp(context);
  const { messages } = await subscribe('qliksense/userevent');
  const crowd = startChild(context, 'test/browser/page-crowd.ts', [
    String(app.ports.web),
    String(pages),
    String(events),
  ]);
  await crowd.printed(/ready/);

  const delays: number[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < events; sent += 1) {
    const dueIn = (sent / eventsPerSecond) * 1000 - (performance.now() - startedAt);
    if (dueIn > 0) await pause(dueIn);
    const sentAt = performance.now();
    await send(`${open}${sent}`);
    if (sent % 20 !== 0) continue;
    // Now and then: how long until another client of the broker has it.
    void waitFor('the event', () =>
      messages.some(({ payload }) => payload.includes(`"message":"${sent}"`)),
    )
      .then(() => delays.push(performance.now() - sentAt))
      .catch(() => delays.push(Number.POSITIVE_INFINITY));
  }
  const tookMs = performance.now() - startedAt;
  const [line] = await crowd.printed(/\{.*\}/);
  const result = JSON.parse(line) as {
    finished: number;
    closed: number;
    heard: number;
    p50: number;
    p99: number;
  };
  const metrics = await (await get('/metrics')).text();
  await waitFor('the delays', () => delays.length === events / 20);
  const sorted = delays.sort((a, b) => a - b);
  const otherClient = sorted[Math.floor(sorted.length * 0.99) - 1] ?? Number.NaN;
  context.diagnostic(
    `${events} events in ${(tookMs / 1000).toFixed(1)} s; pages: ${result.finished} of ${pages} heard all, after ${result.p50} ms (p50), ${result.p99} ms (p99); another client: ${sorted[Math.floor(sorted.length / 2)]?.toFixed(1)} ms (p50), ${otherClient.toFixed(1)} ms (p99)`,
  );
  context.diagnostic(
    `datagram read to light driven: within 0.2 ms ${(litWithin(metrics, 0.2) * 100).toFixed(1)} %, 1 ms ${(litWithin(metrics, 1) * 100).toFixed(1)} %, 10 ms ${(litWithin(metrics, 10) * 100).toFixed(2)} %; resident memory ${(Number(/process_resident_memory_bytes (\d+)/.exec(metrics)?.[1]) / 1e6).toFixed(0)} MB`,
  );
  assert.deepEqual([result.finished, result.closed, result.heard], [pages, 0, events]);
  assert.ok(litWithin(metrics, 10) > 0.99);
  assert.ok(result.p50 < 500, `${result.p50} ms`);
  assert.ok(otherClient < 2000, `${otherClient} ms`);
  assert.match(metrics, /blinky_events_dropped_total\{sink="web"\} 0/);
});
