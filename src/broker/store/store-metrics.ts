import type { Metric } from '../../health/metrics.ts';
import type { BrokerStore } from './broker-store.ts';

/** Metrics of what the broker keeps for its clients. */
export function storeMetrics(store: Pick<BrokerStore, 'statistics'>): readonly Metric[] {
  return [
    {
      type: 'gauge',
      name: 'blinky_mqtt_queued_bytes',
      help: 'Bytes of messages that wait for MQTT clients',
      read: () => store.statistics.queuedBytes,
    },
    {
      type: 'gauge',
      name: 'blinky_mqtt_queued_messages',
      help: 'Messages that wait for MQTT clients',
      read: () => store.statistics.messages,
    },
    {
      type: 'gauge',
      name: 'blinky_mqtt_sessions',
      help: 'MQTT sessions kept, of clients online and offline',
      read: () => store.statistics.sessions,
    },
    {
      type: 'gauge',
      name: 'blinky_mqtt_subscriptions',
      help: 'MQTT subscriptions of all sessions',
      read: () => store.statistics.subscriptions,
    },
  ];
}
