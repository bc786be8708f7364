import { matchesFilter } from './topic-filter.ts';
import { walkFilters } from './topic-tree.ts';

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
  if (topic.split('/').length > mostLevelsToTry) {
    return Object.keys(filters).filter((filter) => matchesFilter(filter, topic));
  }
  const found: string[] = [];
  // A place is what a filter begins with.
  const next = (begin: string | undefined, level: string) =>
    begin === undefined ? level : `${begin}/${level}`;
  walkFilters<string | undefined>(topic, undefined, next, (filter) => {
    if (filter !== undefined && Object.hasOwn(filters, filter)) found.push(filter);
  });
  return found;
}
