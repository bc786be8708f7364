import { z } from 'zod';
import type { CheckInput } from '../health/check.ts';
import { type Finding, ok, warn } from '../health/finding.ts';
import type { UdpSettings } from './settings.ts';

/** Number of senders that are listed, one per line. */
const mostShown = 10;
/** If a sender has sent only events since a mistake older than this, it has been corrected, ms. */
const oldMs = 24 * 3_600_000;

/** The part of `/api/status` about senders. */
const sendersInStatus = z.object({
  rejected: z.record(z.string(), z.number()).optional(),
  /** Left out for clients that aren't allowed to see it. */
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

/** Reports who sends datagrams to the Blinky that is running on this machine. */
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

/** Reports each sender and what was wrong with its datagrams. */
export function* senderFindings({ rejected = {}, senders }: Status, now: Date): Generator<Finding> {
  if (!senders) {
    yield* rejectedAltogether(rejected);
    return;
  }
  if (senders.length === 0) {
    yield ok(
      'Senders',
      'no datagrams received from a Sense server since the start; the setup page (/setup) has the file it needs',
    );
    return;
  }
  for (const sender of senders.slice(0, mostShown)) yield senderFinding(sender, now);
  const more = senders.length - mostShown;
  if (more > 0) yield ok('Senders', `${more} more: see the setup page (/setup)`);
}

function senderFinding(sender: Sender, now: Date): Finding {
  const { address, lastEvent, lastRejection } = sender;
  const name = `Sender ${address}`;
  const heard = lastEvent
    ? `${counted(sender.events, 'event')}, most recent at ${timeOf(lastEvent)}: ${lastEvent.command} on ${lastEvent.host}`
    : 'no events';
  if (!lastRejection) return ok(name, heard);
  const { at, message, remedy } = lastRejection;
  const rejected = `${counted(sum(sender.rejected), 'datagram')} rejected (${list(sender.rejected)}), most recent at ${at}: ${message}`;
  const text = `${heard}; ${rejected}`;
  const isOver = lastEvent && lastEvent.at > at && now.getTime() - Date.parse(at) > oldMs;
  return isOver ? ok(name, text) : warn(name, text, capitalized(remedy));
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const timeOf = ({ at, timeUnknown }: NonNullable<Sender['lastEvent']>): string =>
  timeUnknown ? 'an unknown time' : at;

function* rejectedAltogether(rejected: Readonly<Record<string, number>>): Generator<Finding> {
  const count = sum(rejected);
  if (count === 0) return;
  yield warn(
    'Rejected',
    `${counted(count, 'datagram')} since the start: ${list(rejected)}`,
    'Sign in on the page and open /setup: it shows who sends them and how to fix the problem',
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
