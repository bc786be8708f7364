/**
 * What must not pass on: control characters (C0, C1, DEL), line and paragraph separators, and the
 * marks that reverse the direction of text (Unicode 16, section 23.2) and so could disguise a name.
 */
const unsafe = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** The same for a look that nearly always finds none; without `u` it takes half the time. */
const anyUnsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** log4net's word for a property that is not set. */
const notSet = '(null)';

/** The same text with a space for whatever must not pass on. */
export function withoutUnsafe(text: string): string {
  return anyUnsafe.test(text) ? text.replace(unsafe, ' ') : text;
}

/** One field, safe to show anywhere: no unsafe characters, trimmed, at most `limit` characters. */
export function cleanField(field: string, limit: number): string {
  return fit(withoutUnsafe(field), limit);
}

/** The same as `fit`, and empty for what log4net writes when there is nothing. */
export function fieldValue(text: string, limit: number): string {
  const value = fit(text, limit);
  return value.startsWith('(') && value.toLowerCase() === notSet ? '' : value;
}

/** Trimmed, at most `limit` characters of text that has no unsafe ones. */
export function fit(text: string, limit: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= limit) return trimmed;
  // A pair of surrogates cut in two would be no text at all.
  const splitsPair = /[\ud800-\udbff]/.test(trimmed.charAt(limit - 1));
  return trimmed.slice(0, splitsPair ? limit - 1 : limit);
}
