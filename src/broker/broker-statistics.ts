import type { Metric } from '../health/metrics.ts';

/** Why a client was not let in, or was disconnected. */
export const refusalReasons = [
  'too many connections',
  'too many clients',
  'too many handshakes',
  'gave way to others',
  'client id in use',
  'wrong password',
  'breaks the protocol',
  'too slow',
  'silent',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** What the broker counts. */
export class BrokerStatistics {
  /** Clients that are currently behind. */
  slowClients = 0;
  /** Messages that clients were allowed to publish, and messages sent to clients. */
  readonly published = { received: 0, sent: 0 };
  /** Messages that did not reach a client because it was behind. */
  dropped = 0;
  /** Sessions that ended because others needed the room they took. */
  sessionsEnded = 0;
  readonly refused = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<
    RefusalReason,
    number
  >;

  get metrics(): readonly Metric[] {
    return [
      {
        type: 'gauge',
        name: 'blinky_mqtt_slow_clients',
        help: 'MQTT clients that do not keep up',
        read: () => this.slowClients,
      },
      {
        type: 'counter',
        name: 'blinky_mqtt_messages_dropped_total',
        help: 'Messages dropped for MQTT clients that were behind',
        read: () => this.dropped,
      },
      {
        type: 'counter',
        name: 'blinky_mqtt_sessions_ended_total',
        help: 'MQTT sessions ended because there were too many',
        read: () => this.sessionsEnded,
      },
      {
        type: 'counter',
        name: 'blinky_mqtt_refused_total',
        help: 'MQTT connections refused or cut off',
        label: 'reason',
        readEach: () => Object.entries(this.refused),
      },
    ];
  }
}
