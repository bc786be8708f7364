/**
 * What must not pass on: control characters (C0, C1, DEL), line and paragraph separators, and the
 * marks that reverse the direction of text (Unicode 16, section 23.2) and so could disguise a name.
 */
const unsafe = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** One field, safe to show anywhere: no unsafe characters, trimmed, at most `limit` characters. */
export function cleanField(field: string, limit: number): string {
  const safe = field.replace(unsafe, ' ').trim();
  if (safe.length <= limit) return safe;
  // A pair of surrogates cut in two would be no text at all.
  const splitsPair = /[\ud800-\udbff]/.test(safe.charAt(limit - 1));
  return safe.slice(0, splitsPair ? limit - 1 : limit);
}
