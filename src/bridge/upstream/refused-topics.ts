import type { Log } from '../../platform/log.ts';
import type { PublicationRefused } from '../link/publisher.ts';
import { reasonCode } from '../link/reason-codes.ts';

/** Topics that are remembered, so that each is logged once. Host names are part of some. */
const mostTopics = 100;

/** Logs each topic that the upstream broker does not take messages on. */
export class RefusedTopics {
  readonly #log: Log;
  readonly #section: string;
  readonly #topics = new Set<string>();

  constructor(log: Log, section: string) {
    this.#log = log;
    this.#section = section;
  }

  note({ topic, code, message }: PublicationRefused): void {
    if (this.#topics.has(topic) || this.#topics.size >= mostTopics) return;
    this.#topics.add(topic);
    const fix =
      code === reasonCode.packetTooLarge
        ? 'Fix: allow larger packets there'
        : `Fix: allow this appliance to publish there, or set ${this.#section}.brokerUser to a user who may`;
    this.#log.warn(`the upstream broker does not take a message on ${topic} (${message}). ${fix}`);
  }

  noteLeftOut(topic: string): void {
    this.#log.warn(
      `the upstream broker cuts the connection at a message on ${topic}: it is left out for a day. Fix: allow this appliance to publish there, or look into the log of that broker`,
    );
  }
}
