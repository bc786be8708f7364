/** The library's message if the other broker did not answer in time. */
export const answerTimeout = 'connack timeout';

/** The other end closed the connection without a reason. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  constructor() {
    super('connection closed');
  }
}

/** The other end gave a reason for closing the connection (MQTT 5). */
export class DisconnectedByBroker extends Error {
  override readonly name = 'DisconnectedByBroker';
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** The broker accepted the connection, but not the subscription. */
export class SubscriptionRefused extends Error {
  override readonly name = 'SubscriptionRefused';
  constructor(filters: readonly string[]) {
    super(filters.join(', '));
  }
}
