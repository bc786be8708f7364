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
  // A place is what a filter begins with, with the slash behind it.
  const next = (begin: string, level: string) => `${begin}${level}/`;
  walkFilters(topic, '', next, (begin) => {
    const filter = begin.slice(0, -1);
    if (Object.hasOwn(filters, filter)) found.push(filter);
  });
  return found;
}
