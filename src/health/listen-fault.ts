import { codeOf, messageOf } from '../platform/errors.ts';
import type { Fault } from './health.ts';

export interface ListenAttempt {
  readonly protocol: 'UDP' | 'TCP';
  readonly host: string;
  readonly port: number;
  /** What the port is for, e.g. `the web page`. */
  readonly purpose: string;
  /** The settings it comes from. */
  readonly hostKey: string;
  readonly portKey: string;
}

/** Explains why a port can't be opened, and how to fix it. */
export function listenFault(error: unknown, attempt: ListenAttempt): Fault {
  const { protocol, host, port, purpose, hostKey, portKey } = attempt;
  const code = codeOf(error);
  const portFor = `${protocol} port ${port} for ${purpose}`;
  const fault = (message: string, remedy: string) => ({ message, remedy, needsAttention: true });
  switch (code) {
    case 'EADDRINUSE':
      return fault(
        `${portFor} is in use by another program`,
        `Stop that program (\`ss -${protocol === 'UDP' ? 'u' : 't'}lpn sport = :${port}\` shows it), or change ${portKey}`,
      );
    case 'EAFNOSUPPORT':
      return fault(
        `can't listen on ${host} for ${purpose}: this machine has no IPv6`,
        `Remove ${hostKey} to listen on all addresses, or set it to an IPv4 address of this machine`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fault(
        `can't listen on ${host} for ${purpose}: this machine doesn't have that address`,
        `Remove ${hostKey} to listen on all addresses, or set it to an address of this machine`,
      );
    case 'EACCES':
      return fault(`no permission to listen on ${portFor}`, `Set ${portKey} to a port above 1023`);
    default:
      return fault(
        `can't listen on ${portFor} (${messageOf(error)})`,
        'Blinky tries again automatically',
      );
  }
}
