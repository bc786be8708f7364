import { z } from 'zod';
import type { CheckInput } from '../health/check.ts';
import { type Finding, ok, warn } from '../health/finding.ts';
import type { UdpSettings } from './settings.ts';

/** So many senders have a line each. */
const mostShown = 10;
/** Who has sent only events since a mistake that is so old has been corrected, ms. */
const oldMs = 24 * 3_600_000;

/** What of `/api/status` says who sends what. */
const sendersInStatus = z.object({
  rejected: z.record(z.string(), z.number()).optional(),
  /** Left out for those who may not look. */
  senders: z
    .array(
      z.object({
        address: z.string(),
        events: z.number(),
        rejected: z.record(z.string(), z.number()),
        lastEvent: z
          .object({
            host: z.string(),
            command: z.string(),
            at: z.string(),
            timeUnknown: z.boolean().optional(),
          })
          .optional(),
        lastRejection: z
          .object({ reason: z.string(), message: z.string(), remedy: z.string(), at: z.string() })
          .optional(),
      }),
    )
    .optional(),
});
type Status = z.infer<typeof sendersInStatus>;
type Sender = NonNullable<Status['senders']>[number];

/** Who sends datagrams to the appliance that runs here. */
export async function* checkSenders({
  config,
  now,
  running,
}: CheckInput<{ readonly udpServerConfig: Pick<UdpSettings, 'enable'> }>): AsyncGenerator<Finding> {
  const appliance = await running();
  if (!appliance || !config.udpServerConfig.enable) return;
  const status = sendersInStatus.safeParse(appliance);
  if (status.success) yield* senderFindings(status.data, now());
}

/** Who sends datagrams, and what was wrong with them. */
export function* senderFindings({ rejected = {}, senders }: Status, now: Date): Generator<Finding> {
  if (!senders) {
    yield* rejectedAltogether(rejected);
    return;
  }
  if (senders.length === 0) {
    yield ok(
      'Senders',
      'no datagram from a Sense server since the start; page /setup has the file',
    );
    return;
  }
  for (const sender of senders.slice(0, mostShown)) yield senderFinding(sender, now);
  const more = senders.length - mostShown;
  if (more > 0) yield ok('Senders', `${more} more: see page /setup`);
}

function senderFinding(sender: Sender, now: Date): Finding {
  const { address, lastEvent, lastRejection } = sender;
  const name = `Sender ${address}`;
  const heard = lastEvent
    ? `${counted(sender.events, 'event')}, the last at ${timeOf(lastEvent)}: ${lastEvent.command} on ${lastEvent.host}`
    : 'no event';
  if (!lastRejection) return ok(name, heard);
  const { at, message, remedy } = lastRejection;
  const rejected = `${counted(sum(sender.rejected), 'datagram')} rejected (${list(sender.rejected)}), the last at ${at}: ${message}`;
  const text = `${heard}; ${rejected}`;
  const isOver = lastEvent && lastEvent.at > at && now.getTime() - Date.parse(at) > oldMs;
  return isOver ? ok(name, text) : warn(name, text, remedy);
}

const timeOf = ({ at, timeUnknown }: NonNullable<Sender['lastEvent']>): string =>
  timeUnknown ? 'an unknown time' : at;

function* rejectedAltogether(rejected: Readonly<Record<string, number>>): Generator<Finding> {
  const count = sum(rejected);
  if (count === 0) return;
  yield warn(
    'Rejected',
    `${counted(count, 'datagram')} since the start: ${list(rejected)}`,
    'Sign in on the page and open /setup: it shows who sends them and how to fix that',
  );
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
