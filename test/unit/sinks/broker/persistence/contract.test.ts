import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '../../../../../src/clock.ts';
import { silentLog } from '../../../../../src/log.ts';
import { RetryPauses } from '../../../../../src/retry-pauses.ts';
import { BrokerStore } from '../../../../../src/sinks/broker/persistence/broker-store.ts';

type Contract = (options: {
  readonly test: unknown;
  readonly persistence: () => BrokerStore;
  readonly testAsync: true;
}) => void;

/** What Aedes expects of a persistence, as a test that comes with aedes-persistence. */
const contract = createRequire(import.meta.url)('aedes-persistence/abstract.js') as Contract;

/**
 * As Aedes' own, except that what was sent before comes out of the queue with DUP set
 * ([MQTT-3.3.1-1]); the contract's authors left that out.
 */
class WithoutDuplicateFlag extends BrokerStore {
  override outgoingStream(client: { readonly id: string }): Readable {
    return super.outgoingStream(client).map((packet) => withoutFlag(packet));
  }

  override async outgoingClearMessageId(
    client: { readonly id: string },
    packet: { readonly messageId?: number },
  ) {
    const cleared = await super.outgoingClearMessageId(client, packet);
    return cleared && withoutFlag(cleared);
  }
}

function withoutFlag<Packet extends object>(packet: Packet): Packet {
  return 'dup' in packet ? { ...packet, dup: false } : packet;
}

contract({
  test,
  testAsync: true,
  persistence: () =>
    new WithoutDuplicateFlag({
      state: { database: undefined },
      limits: {
        queuedPerClient: 1000,
        queuedBytesPerClient: 1_000_000,
        sessions: 100,
        inFlightPerClient: 100,
        retainedMessages: 1000,
        retainedBytes: 1_000_000,
      },
      onDropped: () => {},
      clock: systemClock,
      log: silentLog,
      retry: new RetryPauses(1000, 60_000, () => 0.5),
    }),
});
