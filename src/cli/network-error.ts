import { codeOf, messageOf } from '../platform/errors.ts';

/** Why somebody on the network can't be reached, in words where the code is a common one. */
export function describeNetworkError(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was closed';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no such host';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to it; is the network up?';
    default:
      return messageOf(error) || (code ?? '');
  }
}
