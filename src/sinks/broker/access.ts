/** Who may do what on the broker. */
export interface Access {
  mayConnect(userName: string | undefined, password: string | undefined): boolean;
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

export type AnonymousAccess = 'none' | 'subscribe' | 'publish';

/** The rules for clients that have not signed in. */
export function createAccess(anonymous: AnonymousAccess): Access {
  return {
    mayConnect: (userName) => userName === undefined && anonymous !== 'none',
    mayPublish: (topic) => anonymous === 'publish' && !topic.startsWith('$'),
    // What the broker tells of its clients under $SYS is nobody's business.
    maySubscribe: (filter) => !filter.startsWith('$'),
  };
}
