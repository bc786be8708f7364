import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import { startChild } from '../../../support/child.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { testSettings } from '../../../support/test-app.ts';
import { waitFor } from '../../../support/wait-for.ts';

const eventsPerSecond = 200;
const seconds = 6;

interface Measured {
  readonly lost: number;
  readonly longestGapMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

test('clients that freeze, crawl, idle and flood: a healthy subscriber hears everything, in time', {
  timeout: 120_000,
}, async (context) => {
  const appliance = startChild(context, 'scripts/blinky.js', [
    'run',
    ...[
      ...testSettings,
      `stateDirectory=${temporaryFolder(context)}`,
      'lightConfig.driver=simulated',
      'brokerConfig.access.anonymous=publish',
      'brokerConfig.limits.slowClientSeconds=2',
    ].flatMap((setting) => ['--set', `Butler.${setting}`]),
  ]);
  const portOf = async (pattern: RegExp) => Number((await appliance.printed(pattern))[1]);
  const mqttPort = await portOf(/mqtt:\/\/127\.0\.0\.1:(\d+)/);
  const webPort = await portOf(/http:\/\/127\.0\.0\.1:(\d+)/);
  const udpPort = await portOf(/udp.*?127\.0\.0\.1:(\d+)/i);

  const sender = createSocket('udp4');
  context.after(() => sender.close());
  const healthy = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`);
  context.after(() => healthy.endAsync(true));
  const arrivals: { index: number; delayMs: number; atMs: number }[] = [];
  healthy.on('message', (_topic, payload) => {
    const [index, sentAt] = JSON.parse(payload.toString()).message.split(' ').map(Number);
    const atMs = performance.now();
    arrivals.push({ index, delayMs: atMs - sentAt, atMs });
  });
  await waitFor('connection', () => healthy.connected);
  await healthy.subscribeAsync('qliksense/userevent');

  /** Sends events for a while, and tells how the healthy subscriber got them. */
  const measure = async (): Promise<Measured> => {
    arrivals.length = 0;
    const events = eventsPerSecond * seconds;
    const startedAt = performance.now();
    for (let index = 0; index < events; index += 1) {
      const dueIn = (index / eventsPerSecond) * 1000 - (performance.now() - startedAt);
      if (dueIn > 0) await pause(dueIn);
      const message = `${index} ${performance.now()} ${'x'.repeat(500)}`;
      sender.send(
        `/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;${message}`,
        udpPort,
        '127.0.0.1',
      );
    }
    await waitFor('the last event', () => arrivals.at(-1)?.index === events - 1);
    const delays = arrivals.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
    const gaps = arrivals.map(({ atMs }, index) => atMs - (arrivals[index - 1]?.atMs ?? atMs));
    return {
      lost: events - arrivals.length,
      longestGapMs: Math.max(...gaps),
      p50Ms: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
      p99Ms: delays[Math.floor(delays.length * 0.99)] ?? Number.NaN,
    };
  };

  await measure();
  let isHealthy = false;
  // A machine that is busy with other things spoils a round; a fence with a hole spoils them all.
  for (let round = 1; round <= 3 && !isHealthy; round += 1) {
    const alone = await measure();
    const crowd = startChild(context, 'test/support/broker-crowd.ts', [
      String(mqttPort),
      String(seconds + 2),
    ]);
    await crowd.printed(/ready/);
    const crowded = await measure();
    const [line] = await crowd.printed(/\{.*\}/);
    for (const [name, { longestGapMs, p50Ms, p99Ms }] of Object.entries({ alone, crowded })) {
      context.diagnostic(
        `${name}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, longest gap ${longestGapMs.toFixed(0)} ms`,
      );
    }
    assert.equal(crowded.lost, 0);
    assert.equal(JSON.parse(line).idleClosed, 0);
    isHealthy = crowded.longestGapMs < 250 && crowded.p99Ms < 2 * alone.p99Ms + 10;
  }
  const metrics = await (await fetch(`http://127.0.0.1:${webPort}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1]);
  const memoryMb = figure('process_resident_memory_bytes') / 1e6;
  context.diagnostic(`${memoryMb.toFixed(0)} MB`);
  assert.ok(isHealthy, 'the healthy subscriber notices the others');
  assert.ok(figure('blinky_mqtt_messages_dropped_total') > 0);
  assert.ok(figure('blinky_mqtt_refused_total\\{reason="too slow"\\}') >= 2);
  assert.ok(memoryMb < 200, `${memoryMb} MB`);
});
