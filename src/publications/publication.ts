/** One message that the appliance publishes. */
export interface Publication {
  readonly topic: string;
  readonly payload: string;
  /** Whether the broker keeps it for later subscribers; an empty payload takes it back. */
  readonly retain?: boolean;
}

/** Where publications go: the broker inside, or one elsewhere. */
export interface Outlet {
  /** What every topic begins with there; empty, or ending in `/`. */
  readonly topicPrefix: string;
  /** Takes one publication, and returns at once. */
  publish(publication: Publication): void;
}

export function withTopicPrefix(prefix: string, publication: Publication): Publication {
  return prefix === '' ? publication : { ...publication, topic: prefix + publication.topic };
}
