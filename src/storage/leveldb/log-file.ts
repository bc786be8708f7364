import { crc32c, masked } from './crc32c.ts';

/** Records do not cross the boundaries of these (doc/log_format.md), bytes. */
const blockBytes = 32_768;
/** Checksum, length and type before each record, bytes. */
const headerBytes = 7;

const full = 1;
const first = 2;
const last = 4;

/**
 * The pieces of a log file (`*.log`, `MANIFEST-*`), in order. `cut`: the last write is incomplete,
 * as after a power cut; `damage`: data that was complete once can't be read.
 */
export type LogPiece =
  | { readonly kind: 'record'; readonly data: Buffer }
  | { readonly kind: 'damage' | 'cut'; readonly offset: number; readonly bytes: number };

/** Reads a log file and checks its checksums; skips damaged data up to the next good record. */
export function* readLog(bytes: Buffer): Generator<LogPiece> {
  let offset = 0;
  let parts: Buffer[] = [];
  let partsFrom = 0;
  let badFrom: number | undefined;
  /** Whether a good record follows `badFrom`, which shows that the bad one was not written last. */
  let goodBehind = false;
  const bad = (from: number) => {
    badFrom ??= parts.length > 0 ? partsFrom : from;
    parts = [];
  };
  while (offset < bytes.length) {
    const blockEnd = Math.min(offset - (offset % blockBytes) + blockBytes, bytes.length);
    if (blockEnd - offset < headerBytes && blockEnd % blockBytes === 0) {
      offset = blockEnd;
      continue;
    }
    const data = recordAt(bytes, offset, blockEnd);
    if (!data) {
      bad(offset);
      if (endsWithFile(bytes, offset, blockEnd)) goodBehind = true;
      offset = nextRecord(bytes, offset + 1, blockEnd);
      continue;
    }
    const type = bytes[offset + 6];
    const starts = type === full || type === first;
    if (starts === parts.length > 0) {
      bad(offset);
      goodBehind = true;
    }
    if (starts && badFrom !== undefined) {
      yield { kind: 'damage', offset: badFrom, bytes: offset - badFrom };
      badFrom = undefined;
      goodBehind = false;
    }
    if (starts) partsFrom = offset;
    if (badFrom === undefined) parts.push(data);
    else goodBehind = true;
    if (badFrom === undefined && (type === full || type === last)) {
      yield { kind: 'record', data: parts.length === 1 ? data : Buffer.concat(parts) };
      parts = [];
    }
    offset += headerBytes + data.length;
  }
  if (parts.length > 0) bad(partsFrom);
  if (badFrom === undefined) return;
  yield { kind: goodBehind ? 'damage' : 'cut', offset: badFrom, bytes: bytes.length - badFrom };
}

/** The contents of the record (or part of one) at `offset`; undefined if it is damaged. */
function recordAt(bytes: Buffer, offset: number, blockEnd: number): Buffer | undefined {
  const start = offset + headerBytes;
  if (start > blockEnd) return undefined;
  const end = start + bytes.readUInt16LE(offset + 4);
  const type = bytes.readUInt8(offset + 6);
  if (type < full || type > last || end > blockEnd) return undefined;
  // The checksum covers the type as well.
  const isGood = masked(crc32c(bytes, offset + 6, end)) === bytes.readUInt32LE(offset);
  return isGood ? bytes.subarray(start, end) : undefined;
}

/** Where the next good record starts, or the end of the block. */
function nextRecord(bytes: Buffer, from: number, blockEnd: number): number {
  for (let offset = from; offset + headerBytes <= blockEnd; offset += 1) {
    if (recordAt(bytes, offset, blockEnd)) return offset;
  }
  return blockEnd;
}

/**
 * Whether a bad record has its full length: then it was changed, not cut off. A file that was
 * extended before its contents were written ends in zeros.
 */
function endsWithFile(bytes: Buffer, offset: number, blockEnd: number): boolean {
  if (offset + headerBytes > blockEnd) return false;
  const type = bytes.readUInt8(offset + 6);
  const end = offset + headerBytes + bytes.readUInt16LE(offset + 4);
  return type >= full && type <= last && end === bytes.length && bytes[end - 1] !== 0;
}
