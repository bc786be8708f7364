import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import mqttPacket from 'mqtt-packet';
import { BrokerStatistics } from '../../../../src/broker/broker-statistics.ts';
import { type Connection, Connections } from '../../../../src/broker/clients/connections.ts';
import { Health } from '../../../../src/health/health.ts';
import { LimitWatch } from '../../../../src/health/limit-watch.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { testConfig } from '../../../support/test-app.ts';

const backlogBytes = 10_000;

/** The connection of a client that never reads what it is sent. */
function stuckConnection() {
  const clock = new ManualClock();
  const statistics = new BrokerStatistics();
  const open: Connection[] = [];
  const connections = new Connections({
    limits: { ...testConfig().brokerConfig.limits, backlogBytes },
    statistics,
    mayTakeFilters: () => true,
    onConnect: (connection) => open.push(connection),
    onClose: () => {},
    onStayed: () => {},
    watch: new LimitWatch({ clock, health: new Health(clock, silentLog).part('mqtt limits') }),
    clock,
    log: silentLog,
  });
  // It accepts data, and never confirms that it has been sent.
  const transport = new Duplex({ read: () => {}, write: () => {} });
  connections.open(transport, '10.0.0.7');
  const connect = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const;
  transport.push(mqttPacket.generate({ ...connect, clientId: 'lamp', keepalive: 0 }));
  return { connections, statistics, open };
}

test('each message dropped for a client that is behind is counted', async () => {
  const { connections, statistics, open } = stuckConnection();
  while (open.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [connection] = open;
  const message = Buffer.alloc(backlogBytes / 4);
  for (let sent = 0; sent < 4; sent += 1) connection?.stream.outgoing.offer(message);
  assert.deepEqual([statistics.dropped, statistics.slowClients], [0, 0]);
  for (let sent = 0; sent < 3; sent += 1) connection?.stream.outgoing.offer(message);
  assert.deepEqual([statistics.dropped, statistics.slowClients], [3, 1]);
  const metric = statistics.metrics.find(
    ({ name }) => name === 'blinky_mqtt_messages_dropped_total',
  );
  assert.equal(metric && 'read' in metric && metric.read(), 3);
  connections.close();
  connection?.stream.destroy();
});
