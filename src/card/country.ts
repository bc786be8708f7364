const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Common names that are not in ISO 3166-1. */
const usualNames: Readonly<Record<string, string>> = { UK: 'GB', USA: 'US', EN: 'GB' };

/**
 * Returns the two-letter code of a country (ISO 3166-1), which selects the radio rules, from that code
 * or the country's English name; undefined for an unknown country.
 */
export function countryCode(text: string): string | undefined {
  const wanted = text.trim().toUpperCase();
  const code = usualNames[wanted] ?? wanted;
  if (isCountry(code)) return code;
  return allCodes().find((one) => isCountry(one) && names.of(one)?.toUpperCase() === wanted);
}

/** ISO reserves AA, QM to QZ, XA to XZ and ZZ for private use; EU, EZ and UN are not countries. */
const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) &&
  !/^(AA|Q[M-Z]|X[A-JL-Z]|ZZ|EU|EZ|UN)$/.test(code) &&
  names.of(code) !== undefined &&
  // Codes of former countries have been replaced.
  Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;

function allCodes(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((first) => letters.map((second) => first + second));
}
