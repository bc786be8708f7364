import { ConnectionClosed } from './connection-errors.ts';
import { reasonCode, returnCode } from './reason-codes.ts';
import type { ConnectionFailure } from './retain-fallback.ts';

/** Answers to a CONNECT or a message that may concern retained messages or the will. */
const unclearCodes: ReadonlySet<unknown> = new Set([
  returnCode.signIn,
  returnCode.notAuthorized,
  reasonCode.unspecified,
  reasonCode.protocolError,
  reasonCode.implementationSpecific,
  reasonCode.notAuthorized,
]);

/** The system's codes for a connection that the other end closed abruptly. */
const cutCodes: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Whether a failure may be about retained messages or the will.
 * @param asked whether CONNECT had been sent to the broker
 */
export function failureOf(error: unknown, asked: boolean): ConnectionFailure {
  if (!asked) return 'other';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === reasonCode.retainNotSupported) return 'no-retain';
  if (code === reasonCode.qosNotSupported) return 'no-qos';
  if (error instanceof ConnectionClosed || cutCodes.has(code)) return 'ended';
  return unclearCodes.has(code) ? 'ended' : 'other';
}
