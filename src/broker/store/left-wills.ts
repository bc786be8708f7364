import type { Clock } from '../../platform/clock.ts';
import type { BrokerStore } from './broker-store.ts';
import type { WillPacket } from './wills.ts';

export interface LeftWillsOptions {
  readonly store: BrokerStore;
  readonly publish: (will: WillPacket) => void;
  readonly clock: Clock;
}

/**
 * Publishes the wills of clients that were connected when the appliance failed (MQTT 3.1.1 and 5,
 * section 3.1.2.5: the server may do so after its restart). A will delay counts from the start, and
 * a client that reconnects before it has passed resumes its session, so its will is not sent (MQTT
 * 5, section 3.1.3.2.2).
 */
export class LeftWills {
  readonly #options: LeftWillsOptions;
  readonly #cancels: (() => void)[] = [];

  constructor(options: LeftWillsOptions) {
    this.#options = options;
  }

  start(): void {
    const { store, publish, clock } = this.#options;
    for (const will of store.leftWills()) {
      const { willDelayInterval = 0, ...properties } = will.properties ?? {};
      const publishNow = () => {
        if (store.takeLeftWill(will)) publish({ ...will, properties });
      };
      const delayMs = Number(willDelayInterval) * 1000;
      if (delayMs > 0) this.#cancels.push(clock.schedule(delayMs, publishNow));
      else publishNow();
    }
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
  }
}
