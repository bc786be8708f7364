import { matchesFilter } from './topic-filter.ts';

/** Up to so many levels the filters that could match are fewer than a client may have. */
const mostLevelsToTry = 6;

/**
 * Which of a client's filters match a topic, without a look at each: a client may have thousands,
 * and messages come often.
 * @param filters a property for each filter
 */
export function matchingFilters(
  filters: Readonly<Record<string, unknown>>,
  topic: string,
): string[] {
  const levels = topic.split('/');
  if (levels.length > mostLevelsToTry) {
    return Object.keys(filters).filter((filter) => matchesFilter(filter, topic));
  }
  const found: string[] = [];
  tryAll(filters, levels, 0, '', found);
  return found;
}

function tryAll(
  filters: Readonly<Record<string, unknown>>,
  levels: readonly string[],
  depth: number,
  prefix: string,
  found: string[],
): void {
  // Wildcards at the beginning do not reach the server's own topics (section 4.7.2).
  const wildcards = depth > 0 || !levels[0]?.startsWith('$');
  if (wildcards && Object.hasOwn(filters, `${prefix}#`)) found.push(`${prefix}#`);
  const level = levels[depth];
  if (level === undefined) {
    const filter = prefix.slice(0, -1);
    if (Object.hasOwn(filters, filter)) found.push(filter);
    return;
  }
  tryAll(filters, levels, depth + 1, `${prefix}${level}/`, found);
  if (wildcards) tryAll(filters, levels, depth + 1, `${prefix}+/`, found);
}
