import { standings } from '../../access/fair-shares.ts';
import type { Kept } from './kept.ts';
import type { Session } from './session.ts';
import { keys } from './stored-keys.ts';
import { payerOfParty } from './stored-session.ts';

/** What is written at the end for anonymous clients that was not before, bytes. */
const mostBytes = 2_097_152;

/** What a session without its subscriptions takes on disk, bytes. */
const bytesOfSession = 150;

/**
 * Writes what was not because only so much is written for anonymous clients: at the end, so that
 * only a power cut can take it. Sessions come before what waits for them, and known addresses before
 * strangers.
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
