import { createSocket } from 'node:dgram';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashPassword } from '../../../src/access/password.ts';
import type { Child } from '../child.ts';
import { startWithFileLamps } from '../start-with-file-lamps.ts';
import { Tally, type Target } from './attack.ts';
import type { AttackerOptions } from './attacker.ts';
import { guessedUser } from './guesses.ts';
import { acknowledgement, type OnPacket, publishId, subscribePacket, types } from './packets.ts';
import { openRawClient, type RawClient, type Welcome } from './raw-client.ts';
import { type Attackers, startAttackers } from './start-attackers.ts';

const password = 'correct horse battery staple';
/** Of the one user that the appliance knows. */
export const credentials = { userName: guessedUser, password } as const;

/** How soon it must be ready, ms: far more than it takes on a machine that is busy with tests. */
export const readyWithinMs = 10_000;

/** The appliance in a process of its own, with the heap that the package gives it. */
export interface AppliancePrey {
  readonly child: Child;
  readonly pid: number;
  readonly target: Target;
  /** From its start until it listened everywhere, ms. */
  readonly readyMs: number;
  /** Sends so many events, `perSecond` of them in a second. */
  sendEvents(count: number, perSecond: number): Promise<void>;
}

/**
 * Starts it with one user. Strangers come quicker than its defaults let them, so that a test need
 * not wait for them.
 */
export async function startPrey(
  context: TestContext,
  folder: string,
  settings: readonly string[] = [],
): Promise<AppliancePrey> {
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
  return {
    child,
    pid: child.process.pid ?? 0,
    target,
    readyMs,
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
  { target }: AppliancePrey,
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

/** An honest client with a session that stays; it acknowledges what it gets. */
export interface HonestClient {
  readonly client: RawClient;
  readonly welcome: Welcome;
  /** Payloads, in order. */
  readonly received: Buffer[];
}

export interface HonestOptions {
  readonly clientId: string;
  readonly localAddress?: string;
  /** Subscribes with QoS 1; resolves when the broker has said yes. */
  readonly filter?: string;
  readonly signedIn?: boolean;
  readonly onPublish?: OnPacket;
}

/** Connects as `clientId`, and resolves with what the broker says. */
export async function joinHonestly(
  context: TestContext,
  { target }: Pick<AppliancePrey, 'target'>,
  { clientId, localAddress = '127.0.0.1', filter, signedIn = false, onPublish }: HonestOptions,
): Promise<HonestClient> {
  const received: Buffer[] = [];
  let subscribed: () => void = () => {};
  const hasSubscribed = new Promise<void>((resolve) => {
    subscribed = resolve;
  });
  const client: RawClient = openRawClient({
    target,
    localAddress,
    connect: { clientId, clean: false, ...(signedIn && credentials) },
    tally: new Tally(),
    onPacket: (first, body) => {
      if (first >> 4 === types.suback) subscribed();
      if (first >> 4 !== types.publish) return;
      received.push(body);
      onPublish?.(first, body);
      if ((first & 6) !== 0) client.socket.write(acknowledgement('puback', publishId(body)));
    },
  });
  context.after(() => client.socket.destroy());
  const welcome = await client.welcome;
  if (filter !== undefined && welcome !== 'closed' && welcome.code === 0) {
    client.socket.write(subscribePacket([filter], 1));
    await Promise.race([hasSubscribed, client.ended]);
  }
  return { client, welcome, received };
}

/** So many honest clients, from 50 addresses. */
export function joinCrowd(
  context: TestContext,
  prey: Pick<AppliancePrey, 'target'>,
  count: number,
  filter?: string,
): Promise<readonly HonestClient[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      joinHonestly(context, prey, {
        clientId: `honest-${index}`,
        localAddress: `127.0.100.${2 + (index % 50)}`,
        ...(filter !== undefined && { filter }),
      }),
    ),
  );
}

/** How many were let in, and how many of these found their session. */
export function countSessions(clients: readonly HonestClient[]) {
  const accepted = clients.filter(({ welcome }) => welcome !== 'closed' && welcome.code === 0);
  const present = accepted.filter(({ welcome }) => welcome !== 'closed' && welcome.sessionPresent);
  return { accepted: accepted.length, present: present.length };
}
