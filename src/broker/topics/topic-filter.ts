const slash = '/'.charCodeAt(0);
const plus = '+'.charCodeAt(0);
const hash = '#'.charCodeAt(0);
const dollar = '$'.charCodeAt(0);

/**
 * Whether a filter matches a topic (MQTT 3.1.1, section 4.7). Splits neither of them: a search of
 * retained messages calls this for each topic.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  // Wildcards at the start do not match the server's own topics (section 4.7.2).
  if (topic.charCodeAt(0) === dollar && filter.charCodeAt(0) !== dollar) return false;
  // Where a level of each starts. For the topic, this is past the end if there is none.
  let from = 0;
  let at = 0;
  for (;;) {
    if (isLevel(filter, from, hash)) return true;
    if (at > topic.length) return false;
    if (isLevel(filter, from, plus)) {
      from += 1;
      const end = topic.indexOf('/', at);
      at = end === -1 ? topic.length : end;
    } else {
      while (from < filter.length && filter.charCodeAt(from) !== slash) {
        if (filter.charCodeAt(from) !== topic.charCodeAt(at)) return false;
        from += 1;
        at += 1;
      }
      if (at < topic.length && topic.charCodeAt(at) !== slash) return false;
    }
    if (from === filter.length) return at === topic.length;
    from += 1;
    at += 1;
  }
}

/** The levels before a filter's first wildcard: the common start of all matching topics. */
export function literalBeginning(filter: string): string {
  const wildcard = filter.search(/[+#]/);
  return wildcard === -1 ? filter : filter.slice(0, Math.max(wildcard - 1, 0));
}

/** Whether the level that starts there is just this character. */
function isLevel(filter: string, from: number, character: number): boolean {
  if (filter.charCodeAt(from) !== character) return false;
  return from + 1 === filter.length || filter.charCodeAt(from + 1) === slash;
}

/**
 * Whether every topic of `filter` is also one of `allowed`, so that a permission covers a
 * subscription.
 */
export function coversFilter(allowed: string, filter: string): boolean {
  const rights = allowed.split('/');
  const levels = filter.split('/');
  for (const [index, right] of rights.entries()) {
    if (right === '#') return true;
    const level = levels[index];
    if (level === undefined || level === '#') return false;
    if (right !== '+' && right !== level) return false;
  }
  return rights.length === levels.length;
}
