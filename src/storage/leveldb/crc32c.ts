/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4), the checksum of every LevelDB record and block.
 * Implemented here because Node only has the CRC-32 of zip (`zlib.crc32`), with another polynomial.
 */

/** The polynomial with its bits reversed. */
const polynomial = 0x82f63b78;

/**
 * `tables[n][byte]`: the effect of a byte followed by n more bytes; so four are processed at a
 * time.
 */
const [table0, table1, table2, table3] = createTables();

function createTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const tables: [Int32Array, Int32Array, Int32Array, Int32Array] = [
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
  ];
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = at(tables[0], byte);
    for (const table of tables.slice(1)) {
      crc = (crc >>> 8) ^ at(tables[0], crc & 0xff);
      table[byte] = crc;
    }
  }
  return tables;
}

/** The tables and buffers are never read out of range; TypeScript can't tell. */
function at(bytes: ArrayLike<number>, index: number): number {
  return bytes[index] as number;
}

/** Adds `bytes` from `start` to `end` to a running checksum, which starts at 0. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, before = 0): number {
  let crc = ~before;
  let index = start;
  for (; index + 4 <= end; index += 4) {
    crc =
      at(table3, (crc ^ at(bytes, index)) & 0xff) ^
      at(table2, ((crc >>> 8) ^ at(bytes, index + 1)) & 0xff) ^
      at(table1, ((crc >>> 16) ^ at(bytes, index + 2)) & 0xff) ^
      at(table0, ((crc >>> 24) ^ at(bytes, index + 3)) & 0xff);
  }
  for (; index < end; index += 1) crc = (crc >>> 8) ^ at(table0, (crc ^ at(bytes, index)) & 0xff);
  return ~crc >>> 0;
}

/**
 * A checksum as LevelDB stores it (doc/log_format.md): rotated, so that stored checksums can
 * themselves be part of checksummed data.
 */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
