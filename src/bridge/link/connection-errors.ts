/** What the library says when the other broker did not answer in time. */
export const answerTimeout = 'connack timeout';

/** The other end closed the connection, and said nothing. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  constructor() {
    super('it was closed');
  }
}

/** The other end said why it ends the connection (MQTT 5). */
export class DisconnectedByBroker extends Error {
  override readonly name = 'DisconnectedByBroker';
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** The broker took the connection, and does not let it have a subscription. */
export class SubscriptionRefused extends Error {
  override readonly name = 'SubscriptionRefused';
  constructor(filters: readonly string[]) {
    super(filters.join(', '));
  }
}
