import { codeOf, messageOf } from '../platform/errors.ts';

/** Says in plain words why a host can't be reached; for less common errors, the system's message. */
export function describeNetworkError(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing is listening there';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was closed';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'host not found';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'host unreachable; check the network connection';
    default:
      return messageOf(error) || (code ?? '');
  }
}
