import { ConnectionClosed } from './connection-errors.ts';
import { reasonCode, returnCode } from './reason-codes.ts';
import type { ConnectionFailure } from './retain-fallback.ts';

/** Answers to a CONNECT or a message that may be meant for what is retained, or for the will. */
const unclearCodes: ReadonlySet<unknown> = new Set([
  returnCode.signIn,
  returnCode.notAuthorized,
  reasonCode.unspecified,
  reasonCode.protocolError,
  reasonCode.implementationSpecific,
  reasonCode.notAuthorized,
]);

/** What the system calls a connection that the other end cut. */
const cutCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Whether a failure may have to do with retained messages or the will.
 * @param asked whether the broker had been asked to take the connection
 */
export function failureOf(error: unknown, asked: boolean): ConnectionFailure {
  if (!asked) return 'other';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === reasonCode.retainNotSupported) return 'no-retain';
  if (code === reasonCode.qosNotSupported) return 'no-qos';
  if (error instanceof ConnectionClosed || cutCodes.has(code)) return 'ended';
  return unclearCodes.has(code) ? 'ended' : 'other';
}
