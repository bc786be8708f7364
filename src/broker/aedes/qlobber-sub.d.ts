/** The part of qlobber that Aedes' persistences are built on; it brings no types for it. */
declare module 'qlobber/aedes/qlobber-sub.js' {
  interface ClientSubscription {
    readonly clientId: string;
    readonly topic: string;
    readonly qos: number;
    readonly rh?: number | undefined;
    readonly rap?: boolean | undefined;
    readonly nl?: boolean | undefined;
  }

  /** Finds who has subscribed to a topic: each client once for every filter. */
  export default class QlobberSub {
    readonly subscriptionsCount: number;
    constructor(options: {
      readonly wildcard_one: string;
      readonly wildcard_some: string;
      readonly separator: string;
      readonly match_empty_levels: boolean;
    });
    add(filter: string, subscription: ClientSubscription): void;
    remove(
      filter: string,
      subscription: { readonly clientId: string; readonly topic: string },
    ): void;
    match(topic: string): ClientSubscription[];
  }
}
