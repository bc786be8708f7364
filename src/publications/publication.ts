/** One message that the appliance publishes. */
export interface Publication {
  readonly topic: string;
  readonly payload: string;
  /** Whether the broker keeps it for later subscribers; an empty payload deletes it. */
  readonly retain?: boolean;
}

/** Where publications go: the built-in broker, or another one. */
export interface Publisher {
  /** The start of every topic there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  /** Accepts one publication, and returns at once. */
  publish(publication: Publication): void;
}

export function withTopicPrefix(prefix: string, publication: Publication): Publication {
  return prefix === '' ? publication : { ...publication, topic: prefix + publication.topic };
}
