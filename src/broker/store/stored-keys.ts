import { numberInKey } from '../../storage/namespace.ts';

/** The keys of the broker's data in its namespace. */
export const keys = {
  session: (clientId: string) => `session/${clientId}`,
  /** The message itself, once. */
  message: (sequence: number) => `message/${numberInKey(sequence)}`,
  /** That it waits for a client. */
  queued: (sequence: number, clientId: string) => `queued/${numberInKey(sequence)}/${clientId}`,
  incoming: (clientId: string, messageId: number) => `incoming/${messageId}/${clientId}`,
  retained: (topic: string) => `retained/${topic}`,
  will: (clientId: string) => `will/${clientId}`,
  /** A network with priority over unknown ones. */
  known: (network: string) => `known/${network}`,
};

/** A key in parts: its kind, its number, and the rest. */
export function readKey(key: string): { kind: string; number: number; name: string } {
  const [kind = '', ...rest] = key.split('/');
  switch (kind) {
    case 'message':
    case 'queued':
      return { kind, number: Number.parseInt(rest[0] ?? '', 36), name: rest.slice(1).join('/') };
    case 'incoming':
      return { kind, number: Number(rest[0]), name: rest.slice(1).join('/') };
    default:
      return { kind, number: 0, name: rest.join('/') };
  }
}
