import type { Log } from '../../platform/log.ts';
import type { KnownNetworks } from '../access/known-networks.ts';
import type { Incoming } from './incoming.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { MessageExpiry } from './message-expiry.ts';
import type { StoredMessage } from './messages.ts';
import type { Queues } from './queues.ts';
import type { RetainedMessages } from './retained-messages.ts';
import type { QueuedMessage } from './session.ts';
import type { Sessions } from './sessions.ts';
import { keys, readKey } from './stored-keys.ts';
import { decodeMessage, type MessagePacket } from './stored-packets.ts';
import type { Wills } from './wills.ts';

interface Store {
  readonly sessions: Sessions;
  readonly queues: Queues;
  readonly known: KnownNetworks;
  readonly retained: RetainedMessages;
  readonly incoming: Incoming;
  readonly wills: Wills;
  readonly journal: Journal;
  readonly expiry: MessageExpiry;
  readonly log: Log;
}

/**
 * Loads what an earlier run left on disk. Changes since the start (the disk may have been
 * unavailable until now) are newer: they stay, and are written.
 */
export function loadStored(entries: readonly JournalEntry[], store: Store): void {
  const { sessions, queues, known, retained, incoming, wills, journal, expiry, log } = store;
  const messages: [number, MessagePacket][] = [];
  const queued: QueuedEntry[] = [];
  const rest: [ReturnType<typeof readKey>, string, string][] = [];
  const readOrLeaveOut = (key: string, read: () => void) => {
    try {
      read();
    } catch (error) {
      log.error(`skipped the broker's stored entry ${key}, which can't be read: ${String(error)}`);
      journal.put(key, undefined, 'lazy');
    }
  };
  for (const [key, text] of entries) {
    const parts = readKey(key);
    const { kind, number, name } = parts;
    if (kind === 'message') {
      readOrLeaveOut(key, () => messages.push([number, expiry.resume(decodeMessage(text))]));
    } else if (kind === 'queued') {
      readOrLeaveOut(key, () =>
        queued.push({ sequence: number, clientId: name, ...parseQueued(text) }),
      );
    } else if (kind === 'known') known.load(name, Number(text));
    else rest.push([parts, key, text]);
  }
  /** Client ids that have another owner by now. */
  const ofOthers = new Set<string>();
  const stored = queues.loadMessages(messages);
  sessions.writeAll();
  known.writeAll();
  wills.writeAll();
  retained.writeAll();
  for (const [{ kind, number, name }, key, text] of rest) {
    readOrLeaveOut(key, () => {
      if (kind === 'session') {
        if (!sessions.load(name, text, known)) ofOthers.add(name);
      } else if (kind === 'incoming' && ofOthers.has(name)) journal.put(key, undefined, 'lazy');
      else if (kind === 'will') wills.load(name, text);
      else if (kind === 'incoming') incoming.load(name, number);
      else if (kind === 'retained') retained.load(expiry.resume(decodeMessage(text)));
      else throw new TypeError('unknown to this version');
    });
  }
  loadQueues(
    store,
    stored,
    queued.filter(({ sequence, clientId }) => {
      if (!ofOthers.has(clientId)) return true;
      journal.put(keys.queued(sequence, clientId), undefined, 'lazy');
      return false;
    }),
  );
}

type QueuedEntry = Omit<QueuedMessage, 'message'> & {
  readonly sequence: number;
  readonly clientId: string;
};

function parseQueued(text: string): Omit<QueuedMessage, 'message'> {
  const stored = JSON.parse(text) as Pick<QueuedMessage, 'qos'> & Partial<QueuedMessage>;
  const { qos, retain = false, messageId, released = false } = stored;
  return { qos, retain, messageId, released, isNoted: true };
}

function loadQueues(
  { sessions, queues, journal }: Pick<Store, 'sessions' | 'queues' | 'journal'>,
  messages: readonly StoredMessage[],
  entries: readonly QueuedEntry[],
): void {
  const bySequence = new Map(messages.map((message) => [message.sequence, message]));
  const byClient = new Map<string, QueuedMessage[]>();
  for (const { sequence, clientId, ...queued } of entries) {
    const message = bySequence.get(sequence);
    if (!message || !sessions.get(clientId)) {
      journal.put(keys.queued(sequence, clientId), undefined, 'lazy');
      continue;
    }
    const queue = byClient.get(clientId) ?? [];
    queue.push({ message, ...queued });
    byClient.set(clientId, queue);
  }
  for (const [clientId, queue] of byClient) {
    const session = sessions.get(clientId);
    if (session) queues.load(session, queue);
  }
  for (const message of bySequence.values()) {
    if (message.holders === 0) queues.forget(message);
  }
  queues.dropTooMany();
}
