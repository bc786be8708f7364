import { crc32c, masked } from './crc32c.ts';
import { Cursor } from './cursor.ts';
import { blockEntries } from './entry.ts';
import { unpackSnappy } from './snappy.ts';

/** The length of the footer of every table (doc/table_format.md), bytes. */
const footerBytes = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');
/** The trailer of each block: its compression and its checksum, bytes. */
const trailerBytes = 5;
const packedWithSnappy = 1;

/** The position of a block. */
export interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** The pieces of a table (`*.ldb`), in order. */
export type TablePiece =
  | { readonly kind: 'block'; readonly handle: Handle }
  | {
      readonly kind: 'damage';
      /**
       * `index`: without the index, it is unknown which blocks exist; `lookup`: no entry is lost.
       */
      readonly what: 'block' | 'index' | 'lookup';
      readonly bytes: number;
      /** Its position, and a key that no key in the block comes after. */
      readonly block?: { readonly handle: Handle; readonly lastKey: Buffer };
    };

/**
 * Checks the checksums of a table, block by block. If its index is damaged, it finds the blocks
 * from the start of the file, up to the first damaged one.
 */
export function* readTable(bytes: Buffer): Generator<TablePiece> {
  const index = readIndex(bytes);
  if (!index) {
    const { blocks, lostBytes } = blocksFromFront(bytes);
    for (const handle of blocks) yield { kind: 'block', handle };
    yield { kind: 'damage', what: 'index', bytes: lostBytes };
    return;
  }
  for (const { handle, lastKey } of index.blocks) {
    if (isGood(bytes, handle)) yield { kind: 'block', handle };
    else {
      yield { kind: 'damage', what: 'block', bytes: handle.size, block: { handle, lastKey } };
    }
  }
  for (const handle of index.lookups) {
    if (!isGood(bytes, handle)) yield { kind: 'damage', what: 'lookup', bytes: handle.size };
  }
}

/**
 * The contents of a block with a correct checksum. Throws RangeError if they can't be decompressed.
 */
export function unpackedBlock(bytes: Buffer, { offset, size }: Handle): Buffer {
  const block = bytes.subarray(offset, offset + size);
  return bytes[offset + size] === packedWithSnappy ? unpackSnappy(block) : block;
}

interface TableIndex {
  readonly blocks: readonly { readonly handle: Handle; readonly lastKey: Buffer }[];
  /** Blocks that only speed up lookups: the filter and its index. */
  readonly lookups: readonly Handle[];
}

function readIndex(bytes: Buffer): TableIndex | undefined {
  const footer = bytes.subarray(Math.max(0, bytes.length - footerBytes));
  if (footer.length < footerBytes || !footer.subarray(-magic.length).equals(magic))
    return undefined;
  try {
    const cursor = new Cursor(footer);
    const about = handleAt(cursor);
    const index = handleAt(cursor);
    if (!isGood(bytes, index)) return undefined;
    const blocks = [...blockEntries(unpackedBlock(bytes, index))].map(({ key, value }) => ({
      handle: handleAt(new Cursor(value)),
      lastKey: key.subarray(0, -8),
    }));
    const lookups = isGood(bytes, about)
      ? [...blockEntries(unpackedBlock(bytes, about))].map(({ value }) =>
          handleAt(new Cursor(value)),
        )
      : [];
    return { blocks, lookups: [about, ...lookups] };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function handleAt(cursor: Cursor): Handle {
  return { offset: cursor.varint(), size: cursor.varint() };
}

function isGood(bytes: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + trailerBytes;
  if (end > bytes.length) return false;
  return masked(crc32c(bytes, offset, end - 4)) === bytes.readUInt32LE(end - 4);
}

/**
 * Consecutive undamaged blocks from the start, and how many bytes of entries may follow them. The
 * length of a block is not stored: it ends where the checksum matches everything before it.
 */
function blocksFromFront(bytes: Buffer): { blocks: Handle[]; lostBytes: number } {
  const blocks: Handle[] = [];
  let offset = 0;
  for (;;) {
    const size = blockSize(bytes, offset);
    if (size === undefined) return { blocks, lostBytes: bytes.length - offset };
    const handle = { offset, size };
    // After the last entries, so none is lost.
    if (!hasEntries(bytes, handle, blocks[0]?.size ?? size)) return { blocks, lostBytes: 0 };
    blocks.push(handle);
    offset += size + trailerBytes;
  }
}

function blockSize(bytes: Buffer, offset: number): number | undefined {
  let crc = 0;
  for (let end = offset; end + 4 < bytes.length; end += 1) {
    crc = crc32c(bytes, end, end + 1, crc);
    if (masked(crc) === bytes.readUInt32LE(end + 1)) return end - offset;
  }
  return undefined;
}

/** The entries are followed by the filter and the index, whose values are positions of blocks. */
function hasEntries(bytes: Buffer, handle: Handle, firstSize: number): boolean {
  try {
    for (const { key, value } of blockEntries(unpackedBlock(bytes, handle))) {
      if (key.length < 8 || key.subarray(0, 7).toString('latin1') === 'filter.') return false;
      if (handle.offset === 0) return true;
      const cursor = new Cursor(value);
      const first = value.length > 1 ? handleAt(cursor) : undefined;
      return !(first && cursor.atEnd && first.offset === 0 && first.size === firstSize);
    }
    return false;
  } catch (error) {
    // A value that isn't a position belongs to an entry; if this isn't a block, it has failed
    // before.
    return error instanceof RangeError && isBlock(bytes, handle);
  }
}

function isBlock(bytes: Buffer, handle: Handle): boolean {
  try {
    return [...blockEntries(unpackedBlock(bytes, handle))].length > 0;
  } catch {
    return false;
  }
}
