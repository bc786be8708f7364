import { codeOf, messageOf } from '../platform/errors.ts';
import type { Fault } from './health.ts';

export interface ListenAttempt {
  readonly protocol: 'UDP' | 'TCP';
  readonly host: string;
  readonly port: number;
  /** What the port is for, e.g. `the page`. */
  readonly purpose: string;
  /** The settings that decide it. */
  readonly hostKey: string;
  readonly portKey: string;
}

/** Says why a port can't be listened on, and what a person can change. */
export function listenFault(error: unknown, attempt: ListenAttempt): Fault {
  const { protocol, host, port, purpose, hostKey, portKey } = attempt;
  const code = codeOf(error);
  const portFor = `${protocol} port ${port} for ${purpose}`;
  const fault = (message: string, remedy: string) => ({ message, remedy, needsAttention: true });
  switch (code) {
    case 'EADDRINUSE':
      return fault(
        `${portFor} is in use by another program`,
        `Stop that program (\`ss -${protocol === 'UDP' ? 'u' : 't'}lpn sport = :${port}\` names it), or change ${portKey}`,
      );
    case 'EAFNOSUPPORT':
      return fault(
        `this machine has no IPv6, so ${purpose} can't be offered at ${host}`,
        `Remove ${hostKey}, so that it listens on every address, or set it to an IPv4 address of this machine`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fault(
        `${host} is no address of this machine, so ${purpose} can't be offered there`,
        `Remove ${hostKey}, so that it listens on every address, or set it to an address of this machine`,
      );
    case 'EACCES':
      return fault(`this user may not listen on ${portFor}`, `Set ${portKey} to a port above 1023`);
    default:
      return fault(
        `can't listen on ${portFor} (${messageOf(error)})`,
        'It is tried again by itself',
      );
  }
}
