import { crc32c, masked } from './crc32c.ts';
import { Cursor } from './cursor.ts';
import { blockEntries } from './entry.ts';
import { unpackSnappy } from './snappy.ts';

/** What stands at the end of every table (doc/table_format.md), bytes. */
const footerBytes = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');
/** How the block is packed, and its checksum, behind each block, bytes. */
const trailerBytes = 5;
const packedWithSnappy = 1;

/** Where a block stands. */
export interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** What stands in a table (`*.ldb`), in order. */
export type TablePiece =
  | { readonly kind: 'block'; readonly handle: Handle }
  | {
      readonly kind: 'damage';
      /** `index`: with the index is lost which blocks there are; `lookup`: no entry is lost. */
      readonly what: 'block' | 'index' | 'lookup';
      readonly bytes: number;
      /** Where it stands, and a key that none in the block comes after. */
      readonly block?: { readonly handle: Handle; readonly lastKey: Buffer };
    };

/**
 * Checks the checksums of a table, block by block. Where its index is damaged, it finds the blocks
 * from the front, as far as they follow each other unharmed.
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

/** The contents of a block whose checksum is right. Throws RangeError when they can't be unpacked. */
export function unpackedBlock(bytes: Buffer, { offset, size }: Handle): Buffer {
  const block = bytes.subarray(offset, offset + size);
  return bytes[offset + size] === packedWithSnappy ? unpackSnappy(block) : block;
}

interface TableIndex {
  readonly blocks: readonly { readonly handle: Handle; readonly lastKey: Buffer }[];
  /** What makes looking up faster: the filter and where it stands. */
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
 * Blocks that follow each other from the front, and how many bytes of entries may stand behind. A
 * block says nowhere how long it is: it ends where the checksum of all before stands.
 */
function blocksFromFront(bytes: Buffer): { blocks: Handle[]; lostBytes: number } {
  const blocks: Handle[] = [];
  let offset = 0;
  for (;;) {
    const size = blockSize(bytes, offset);
    if (size === undefined) return { blocks, lostBytes: bytes.length - offset };
    const handle = { offset, size };
    // Behind the last entries, so none is lost.
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

/** Behind the entries come the filter and the index, whose values are where blocks stand. */
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
    // A value that is no handle is an entry's; what is no block at all has failed before.
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
