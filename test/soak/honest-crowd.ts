import { countSessions, openHonestCrowd } from '../support/strangers/honest-client.ts';
import { signalAfter } from '../support/strangers/signal-after.ts';
import type { RunningAppliance } from './appliance.ts';
import type { EventLoad } from './event-load.ts';

/** How many clients a broker takes by default. */
const clients = 1000;

/** What became of a crowd of honest clients when the program was stopped and started. */
export interface CrowdRun {
  readonly clients: number;
  /** How many were let in when they came back, and found their session. */
  readonly accepted: number;
  readonly sessions: number;
  /** From the start until it was ready, ms. */
  readonly startMs: number;
}

/**
 * Lets 1,000 honest clients subscribe, half of whom are away, while events go on; then the program
 * is stopped and started, and all come back.
 */
export async function soakCrowd(
  appliance: RunningAppliance,
  load: EventLoad,
  eventsForMs: number,
  startAgain: () => Promise<unknown>,
): Promise<CrowdRun> {
  const { mqtt, web } = appliance.ports;
  const target = { host: '127.0.0.1', mqttPort: mqtt, webPort: web };
  const crowd = await openHonestCrowd(target, clients, 'blinky/event');
  const away = crowd.filter((_, index) => index % 2 === 0);
  for (const { client } of away) client.socket.destroy();
  await Promise.all(away.map(({ client }) => client.ended));
  await load.run(signalAfter(eventsForMs));
  await appliance.program.stop();
  for (const { client } of crowd) client.socket.destroy();
  const startedAt = performance.now();
  await startAgain();
  const startMs = performance.now() - startedAt;
  const back = await openHonestCrowd(target, clients);
  const { accepted, present } = countSessions(back);
  for (const { client } of back) client.socket.destroy();
  return { clients, accepted, sessions: present, startMs };
}
