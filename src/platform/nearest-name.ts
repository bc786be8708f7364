import { closest, distance } from 'fastest-levenshtein';

/** The known name that was probably meant, if one is close enough. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const lower = new Map(known.map((one) => [one.toLowerCase(), one]));
  const nearest = closest(name.toLowerCase(), [...lower.keys()]);
  const near = distance(name.toLowerCase(), nearest) <= Math.max(2, name.length / 3);
  return near ? lower.get(nearest) : undefined;
}
