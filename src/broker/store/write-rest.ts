import { standings } from '../../access/fair-shares.ts';
import type { Kept } from './kept.ts';
import type { Session } from './session.ts';
import { keys } from './stored-keys.ts';
import { payerOfParty } from './stored-session.ts';

/** How much is written at the end for anonymous clients that was not written before, bytes. */
const mostBytes = 2_097_152;

/** The size of a session without its subscriptions on disk, bytes. */
const bytesOfSession = 150;

/**
 * Writes what was not written because of the limit for anonymous clients: at the end, so that only
 * a power cut can lose it. Sessions come before their messages, and known addresses before unknown
 * ones.
 */
export function writeRest({ sessions, queues, journal }: Kept): void {
  queues.catchUpAll();
  const unpaid = [...sessions.all()]
    .filter(({ party }) => payerOfParty(party))
    .sort((one, other) => rankOf(other) - rankOf(one));
  let bytes = 0;
  for (const session of unpaid) {
    sessions.write(session, 'soon', true);
    bytes += bytesOfSession;
    for (const topic of session.subscriptions.keys()) bytes += topic.length;
    if (bytes > mostBytes) return;
  }
  for (const session of unpaid) {
    for (const queued of session.queue.values()) {
      if (journal.mayHold(keys.queued(queued.message.sequence, session.clientId))) continue;
      bytes += session.clientId.length + queued.message.packet.payload.length;
      if (bytes > mostBytes) return;
      queues.write(session, queued, 'soon', true);
    }
  }
}

const rankOf = ({ party }: Session): number => standings.indexOf(party.standing);
