import type { ActiveUsers } from '../active-users/active-users.ts';
import { anonymousUser } from '../active-users/anonymous.ts';

/**
 * The longest list of users, bytes. Many clients and brokers reject messages above 128 KiB (AWS IoT)
 * or 256 KiB (`limits.packetBytes` of this broker); 64 KiB are some 5,000 names.
 */
export const mostListBytes = 65_536;

/**
 * JSON array of user ids, as Butler publishes it: an id occurs once for each user who has it. All
 * anonymous users together appear as one `anonymous`. Names that do not fit are left out; how many
 * users there are is published separately.
 */
export function userNamesPayload(users: ActiveUsers): string {
  const list = new BoundedList();
  if (users.anonymousCount > 0) list.add(JSON.stringify(anonymousUser.userId));
  for (const { userId } of users.named()) if (!list.add(JSON.stringify(userId))) break;
  return list.toString();
}

/**
 * JSON object: `count` of users; how many of them are `anonymous`; `users` with directory and id, as
 * many as fit. Users who are neither listed nor anonymous did not fit.
 */
export function usersWithDirectoryPayload(users: ActiveUsers): string {
  const list = new BoundedList();
  for (const { userDirectory, userId } of users.named()) {
    if (!list.add(JSON.stringify({ userDirectory, userId }))) break;
  }
  return `{"count":${users.count},"anonymous":${users.anonymousCount},"users":${list}}`;
}

/** A JSON array of bounded size. */
class BoundedList {
  readonly #elements: string[] = [];
  // Reserved for the JSON around the list.
  #bytes = 100;

  /** Adds an element if it fits, and returns whether it did. */
  add(json: string): boolean {
    this.#bytes += Buffer.byteLength(json) + 1;
    if (this.#bytes > mostListBytes) return false;
    this.#elements.push(json);
    return true;
  }

  toString(): string {
    return `[${this.#elements.join(',')}]`;
  }
}
