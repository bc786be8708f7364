import { createRequire } from 'node:module';
import { test } from 'node:test';
import { AedesPersistence } from '../../../../src/broker/aedes/aedes-persistence.ts';
import { BrokerStore } from '../../../../src/broker/store/broker-store.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { silentLog } from '../../../../src/platform/log.ts';
import { RetryPauses } from '../../../../src/platform/retry-pauses.ts';

type Contract = (options: {
  readonly test: unknown;
  readonly persistence: () => AedesPersistence;
  readonly testAsync: true;
}) => void;

/** What Aedes expects of a persistence, as the test that comes with aedes-persistence. */
const contract = createRequire(import.meta.url)('aedes-persistence/abstract.js') as Contract;

/**
 * Like Aedes's own, except that repeated messages come from the queue with DUP set
 * ([MQTT-3.3.1-1]), which the contract's authors left out.
 */
function withoutDuplicateFlag(persistence: AedesPersistence): AedesPersistence {
  const outgoingStream = persistence.outgoingStream.bind(persistence);
  const outgoingClearMessageId = persistence.outgoingClearMessageId.bind(persistence);
  persistence.outgoingStream = (client) =>
    outgoingStream(client).map((packet) => withoutFlag(packet));
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await outgoingClearMessageId(client, packet);
    return cleared && withoutFlag(cleared);
  };
  return persistence;
}

function withoutFlag<Packet extends object>(packet: Packet): Packet {
  return 'dup' in packet ? { ...packet, dup: false } : packet;
}

contract({
  test,
  testAsync: true,
  persistence: () =>
    withoutDuplicateFlag(
      new AedesPersistence(
        new BrokerStore({
          state: { database: undefined },
          limits: {
            queuedPerClient: 1000,
            queuedBytesPerClient: 1_000_000,
            queuedBytesOfAll: 10_000_000,
            sessions: 100,
            subscriptionsOfAll: 10_000,
            anonymousBytesPerHour: 1_000_000,
            inFlightPerClient: 100,
            retainedMessages: 1000,
            retainedBytes: 1_000_000,
          },
          onDropped: () => {},
          onGiveWay: () => {},
          onLeftOut: () => {},
          clock: systemClock,
          log: silentLog,
          retry: new RetryPauses(1000, 60_000, () => 0.5),
        }).kept,
      ),
    ),
});
