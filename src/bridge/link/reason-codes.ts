/** Return codes of a CONNACK (MQTT 3.1.1, section 3.2.2.3). */
export const returnCode = {
  protocol: 1,
  clientId: 2,
  unavailable: 3,
  signIn: 4,
  notAuthorized: 5,
} as const;

/** Reason codes (MQTT 5, section 2.4) that are acted on. */
export const reasonCode = {
  unspecified: 0x80,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  protocolVersion: 0x84,
  clientId: 0x85,
  signIn: 0x86,
  notAuthorized: 0x87,
  unavailable: 0x88,
  busy: 0x89,
  banned: 0x8a,
  shuttingDown: 0x8b,
  sessionTakenOver: 0x8e,
  packetTooLarge: 0x95,
  rateTooHigh: 0x96,
  quotaExceeded: 0x97,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  connectionRateExceeded: 0x9f,
} as const;

const texts: ReadonlyMap<number, string> = new Map([
  [0x81, 'malformed packet'],
  [reasonCode.protocolError, 'protocol error'],
  [reasonCode.implementationSpecific, 'implementation-specific error'],
  [reasonCode.notAuthorized, 'not authorized'],
  [reasonCode.busy, 'server busy'],
  [reasonCode.shuttingDown, 'server shutting down'],
  [0x8d, 'keep alive timeout'],
  [0x90, 'topic name invalid'],
  [0x93, 'receive maximum exceeded'],
  [reasonCode.packetTooLarge, 'packet too large'],
  [reasonCode.rateTooHigh, 'message rate too high'],
  [reasonCode.quotaExceeded, 'quota exceeded'],
  [0x98, 'administrative action'],
  [0x99, 'payload format invalid'],
  [reasonCode.retainNotSupported, 'retain not supported'],
  [reasonCode.qosNotSupported, 'QoS not supported'],
  [reasonCode.connectionRateExceeded, 'connection rate exceeded'],
  [0xa0, 'maximum connect time'],
]);

/** A reason code as text. */
export const reasonText = (code: number): string =>
  texts.get(code) ?? `reason code 0x${code.toString(16).padStart(2, '0')}`;
