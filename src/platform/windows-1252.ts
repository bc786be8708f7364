/**
 * Bytes 0x80 to 0x9F of windows-1252 (Encoding Standard, index-windows-1252); all others are as in
 * ISO 8859-1. Node 20's decoder of that name treats these as ISO 8859-1, too, which has only
 * control characters there.
 */
const windows1252Extras = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Decodes the code page of Western Windows, in which every byte is a character. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (byte) => windows1252Extras.charAt(byte.charCodeAt(0) - 0x80));
}
