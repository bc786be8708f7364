import { reasonCodes, type Violation } from './packet-reader.ts';

/** CONNACK's return codes of MQTT 3.1 and 3.1.1 (section 3.2.2.3). */
const returnCodes = new Map<number, number>([
  [reasonCodes.unsupportedProtocolVersion, 1],
  [reasonCodes.clientIdentifierNotValid, 2],
]);

/**
 * What is sent to a client before it is disconnected: a CONNACK with a refusal, or MQTT 5's
 * DISCONNECT. Undefined if the protocol can't express it.
 * @param protocolVersion undefined if the client has sent no valid CONNECT
 * @param isAccepted whether the client has received its CONNACK
 */
export function refusalOf(
  { reasonCode }: Violation,
  protocolVersion: number | undefined,
  isAccepted: boolean,
): Buffer | undefined {
  if (isAccepted) {
    return protocolVersion === 5 ? Buffer.from([0xe0, 2, reasonCode, 0]) : undefined;
  }
  const returnCode = returnCodes.get(reasonCode);
  return returnCode === undefined ? undefined : Buffer.from([0x20, 2, 0, returnCode]);
}
