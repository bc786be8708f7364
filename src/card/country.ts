const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** What people write and ISO 3166-1 does not know. */
const usualNames: Readonly<Record<string, string>> = { UK: 'GB', USA: 'US', EN: 'GB' };

/**
 * The country's code of two letters (ISO 3166-1), as the radio rules go by it; from that code or
 * from the country's English name. Undefined when there is no such country.
 */
export function countryCode(text: string): string | undefined {
  const wanted = text.trim().toUpperCase();
  const code = usualNames[wanted] ?? wanted;
  if (isCountry(code)) return code;
  return allCodes().find((one) => isCountry(one) && names.of(one)?.toUpperCase() === wanted);
}

/** ISO keeps AA, QM to QZ, XA to XZ and ZZ for its users; EU, EZ and UN are no countries. */
const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) &&
  !/^(AA|Q[M-Z]|X[A-JL-Z]|ZZ|EU|EZ|UN)$/.test(code) &&
  names.of(code) !== undefined &&
  // Codes of countries that are no more have another one now.
  Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;

function allCodes(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((first) => letters.map((second) => first + second));
}
