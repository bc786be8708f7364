const longestTopicBytes = 1024;

/**
 * Whether a topic can be published without harm to a subscriber: not empty, no wildcards or NUL,
 * well-formed text (MQTT 3.1.1, sections 1.5.3 and 4.7), and of a sane length. Aedes itself lets
 * all of these through and then cuts off whoever subscribed.
 */
export function isPublishable(topic: string): boolean {
  return (
    topic !== '' &&
    !/[+#\0]/.test(topic) &&
    topic.isWellFormed() &&
    Buffer.byteLength(topic) <= longestTopicBytes
  );
}
