import type { Log } from '../../platform/log.ts';
import type { PublicationRefused } from '../link/publisher.ts';
import { reasonCode } from '../link/reason-codes.ts';

/** Maximum number of topics kept, so that each is logged once. Some contain host names. */
const mostTopics = 100;

/** Logs each topic on which the upstream broker rejects messages. */
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
        ? 'Fix: allow larger packets on that broker'
        : `Fix: allow this appliance to publish there, or set ${this.#section}.brokerUser to a user with that permission`;
    this.#log.warn(`the upstream broker rejected a message on ${topic} (${message}). ${fix}`);
  }

  noteLeftOut(topic: string): void {
    this.#log.warn(
      `the upstream broker closes the connection at a message on ${topic}, so that topic is skipped for a day. Fix: allow this appliance to publish there, or check the log of that broker`,
    );
  }
}
