import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashPassword } from '../../../src/access/password.ts';
import type { Child } from '../child.ts';
import { startWithFileLamps } from '../start-with-file-lamps.ts';
import { waitFor } from '../wait-for.ts';
import type { Target } from './attack.ts';
import type { AttackerOptions } from './attacker.ts';
import { guessedUser } from './guesses.ts';
import {
  type HonestClient,
  type HonestOptions,
  openHonestClient,
  openHonestCrowd,
} from './honest-client.ts';
import { type Attackers, startAttackers } from './start-attackers.ts';

const password = 'correct horse battery staple';
/** Of the one user that the appliance knows. */
export const credentials = { userName: guessedUser, password } as const;

/** How soon it must be ready, ms: far more than it takes on a machine that is busy with tests. */
export const readyWithinMs = 10_000;

/** The appliance in a process of its own, with the heap that the package gives it. */
export interface AttackedAppliance {
  readonly child: Child;
  readonly pid: number;
  readonly target: Target;
  /** From its start until it listened everywhere, ms. */
  readonly readyMs: number;
  /** Sends so many events, `perSecond` of them in a second. */
  sendEvents(count: number, perSecond: number): Promise<void>;
  /** Fails, with its last words, when it has ended. */
  assertAlive(): void;
  /** Resolves when it has accepted all that were sent. */
  eventsAccepted(): Promise<unknown>;
}

/**
 * Starts it with one user. Strangers come quicker than its defaults let them, so that a test need
 * not wait for them.
 */
export async function startAttacked(
  context: TestContext,
  folder: string,
  settings: readonly string[] = [],
): Promise<AttackedAppliance> {
  const users = `[{name: ${credentials.userName}, passwordHash: "${await hashPassword(password)}"}]`;
  const startedAt = performance.now();
  const { child, port } = await startWithFileLamps(context, {
    folder,
    settings: [
      `brokerConfig.access.users=${users}`,
      `brokerConfig.limits.connectionsPerSecond=${strangersPerSecond}`,
      ...settings,
    ],
  });
  const udpPort = await port('udp');
  const target = {
    host: '127.0.0.1',
    mqttPort: await port('mqtt'),
    webPort: await port('web'),
  };
  const readyMs = performance.now() - startedAt;
  const sender = createSocket('udp4');
  context.after(() => sender.close());
  let sent = 0;
  const accepted = async () => {
    const answer = await fetch(`http://127.0.0.1:${target.webPort}/api/status`);
    const status = (await answer.json()) as { accepted: Record<string, number> };
    return status.accepted['connection-open'] ?? 0;
  };
  return {
    child,
    pid: child.process.pid ?? 0,
    target,
    readyMs,
    assertAlive: () => {
      const { exitCode, signalCode } = child.process;
      assert.deepEqual([exitCode, signalCode], [null, null], child.output().slice(-3000));
    },
    eventsAccepted: () =>
      waitFor('every event accepted', async () => (await accepted()) >= sent, 60_000),
    sendEvents: async (count, perSecond) => {
      const beganAt = performance.now();
      for (let index = 0; index < count; index += 1) {
        sender.send(`sense1;Open connection;LAB;u${sent}`, udpPort, '127.0.0.1');
        sent += 1;
        const dueMs = ((index + 1) * 1000) / perSecond;
        const aheadMs = dueMs - (performance.now() - beganAt);
        if (aheadMs > 1) await pause(aheadMs);
      }
    },
  };
}

/** From one address, in these tests. */
const strangersPerSecond = 400;

/** Strangers who attack it until the test ends. */
export async function attack(
  context: TestContext,
  { target }: AttackedAppliance,
  options: Omit<AttackerOptions, 'target' | 'seconds'>,
): Promise<Attackers> {
  const attackers = await startAttackers({
    perSecond: strangersPerSecond,
    ...options,
    target,
    seconds: 120,
  });
  context.after(() => attackers.stop());
  return attackers;
}

/** Connects as `clientId`; the client is gone when the test ends. */
export async function joinHonestly(
  context: TestContext,
  { target }: Pick<AttackedAppliance, 'target'>,
  { signedIn = false, ...options }: HonestOptions & { readonly signedIn?: boolean },
): Promise<HonestClient> {
  const joined = await openHonestClient(target, { ...options, ...(signedIn && { credentials }) });
  context.after(() => joined.client.socket.destroy());
  return joined;
}

/** So many honest clients, from 50 addresses; they are gone when the test ends. */
export async function joinCrowd(
  context: TestContext,
  { target }: Pick<AttackedAppliance, 'target'>,
  count: number,
  filter?: string,
): Promise<readonly HonestClient[]> {
  const crowd = await openHonestCrowd(target, count, filter);
  context.after(() => {
    for (const { client } of crowd) client.socket.destroy();
  });
  return crowd;
}
