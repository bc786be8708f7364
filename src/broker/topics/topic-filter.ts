/** Whether a topic is one that a filter names (MQTT 3.1.1, section 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  // Wildcards at the beginning do not reach the server's own topics (section 4.7.2).
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length) return false;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic of `filter` is also one of `allowed`, so that a right covers a subscription. */
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

/** `matchesFilter` for one filter and many topics. */
export function filterMatcher(filter: string): (topic: string) => boolean {
  const wanted = filter.split('/');
  const reachesOwnTopics = filter.startsWith('$');
  return (topic) => {
    if (topic.charCodeAt(0) === dollar && !reachesOwnTopics) return false;
    /** Where the next level begins; past the end there is none. */
    let at = 0;
    for (const level of wanted) {
      if (level === '#') return true;
      if (at > topic.length) return false;
      if (level === '+') {
        const end = topic.indexOf('/', at);
        at = end === -1 ? topic.length + 1 : end + 1;
        continue;
      }
      if (!topic.startsWith(level, at)) return false;
      at += level.length;
      if (at < topic.length && topic.charCodeAt(at) !== slash) return false;
      at += 1;
    }
    return at === topic.length + 1;
  };
}

const dollar = '$'.charCodeAt(0);
const slash = '/'.charCodeAt(0);
