/** So many bytes tell how the text is encoded, whatever the names in it are. */
const sampleLength = 64;
const fewestBytes = 16;

/**
 * Whether bytes are text of UTF-16 or UTF-32, with or without a byte order mark: log4net's
 * encodings `unicode`, `utf-16BE` and `utf-32`. Prefixes, commands and separators are ASCII, of which
 * each pair of bytes has one that is zero, always the same one.
 */
export function isWideEncoding(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const length = Math.min(bytes.length, sampleLength) & ~1;
  if (length < fewestBytes) return false;
  let zeroSecond = 0;
  let zeroFirst = 0;
  for (let index = 0; index < length; index += 2) {
    if (bytes[index + 1] === 0 && isPrintable(bytes[index])) zeroSecond += 1;
    if (bytes[index] === 0 && isPrintable(bytes[index + 1])) zeroFirst += 1;
  }
  const half = length / 4;
  return (zeroSecond >= half && zeroFirst === 0) || (zeroFirst >= half && zeroSecond === 0);
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}
