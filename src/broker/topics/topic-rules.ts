export interface TopicLimits {
  /** The longest topic or filter, bytes of UTF-8. */
  readonly topicBytes: number;
  /** How many levels it may have. */
  readonly topicLevels: number;
}

/** Whether a filter matches more than one topic. */
export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.endsWith('#');
}

/**
 * Whether a topic can be published to: not empty, no wildcards, within the limits (section 4.7).
 */
export function isTopic(topic: string, limits: TopicLimits): boolean {
  return !/[+#]/.test(topic) && isWithin(topic, limits);
}

/**
 * Whether the wildcards of a filter are in valid places (MQTT 3.1.1, sections 4.7.1.2, 4.7.1.3).
 */
export function isFilter(filter: string, limits: TopicLimits): boolean {
  if (!isWithin(filter, limits)) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, index) =>
      !/[+#]/.test(level) || level === '+' || (level === '#' && index === levels.length - 1),
  );
}

function isWithin(topic: string, { topicBytes, topicLevels }: TopicLimits): boolean {
  return (
    topic !== '' &&
    !topic.includes('\0') &&
    topic.isWellFormed() &&
    Buffer.byteLength(topic) <= topicBytes &&
    topic.split('/').length <= topicLevels
  );
}

/** A topic contains the name of a Sense server, which comes from the network. */
const mostRemembered = 100;

/** Checks topics; the same few occur again and again. */
export class TopicCheck {
  readonly #limits: TopicLimits;
  readonly #valid = new Set<string>();

  constructor(limits: TopicLimits) {
    this.#limits = limits;
  }

  isTopic(topic: string): boolean {
    if (this.#valid.has(topic)) return true;
    if (!isTopic(topic, this.#limits)) return false;
    if (this.#valid.size >= mostRemembered) this.#valid.clear();
    this.#valid.add(topic);
    return true;
  }
}
