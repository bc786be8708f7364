import { Cursor } from './cursor.ts';
import { readLog } from './log-file.ts';

/** Which files a database consists of. */
export interface Manifest {
  /** Logs with this number or a higher one have not been written to a table yet. */
  readonly logNumber: number;
  /** Size in bytes by number. */
  readonly tables: ReadonlyMap<number, number>;
  /** Whether its last record is incomplete, so that it may be older than the files. */
  readonly isCut: boolean;
}

/** Tags of the fields of a manifest record (db/version_edit.cc). */
const tags = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** Reads a `MANIFEST-*` file; undefined if it is damaged. */
export function readManifest(bytes: Buffer): Manifest | undefined {
  const tables = new Map<number, number>();
  let logNumber: number | undefined;
  let isCut = false;
  try {
    for (const piece of readLog(bytes)) {
      // Cut off: LevelDB was writing a change, and the state before it still applies.
      if (piece.kind === 'damage') return undefined;
      if (piece.kind === 'cut') isCut = true;
      if (piece.kind === 'record') logNumber = apply(piece.data, tables) ?? logNumber;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return logNumber === undefined ? undefined : { logNumber, tables, isCut };
}

/** Applies one record; returns the log number if it has one. */
function apply(record: Buffer, tables: Map<number, number>): number | undefined {
  const cursor = new Cursor(record);
  let logNumber: number | undefined;
  while (!cursor.atEnd) {
    switch (cursor.varint()) {
      case tags.logNumber:
        logNumber = cursor.varint();
        break;
      case tags.comparator:
        cursor.string();
        break;
      case tags.nextFile:
      case tags.lastSequence:
      case tags.previousLog:
        cursor.varint();
        break;
      case tags.compactPointer:
        cursor.varint();
        cursor.string();
        break;
      case tags.deletedFile:
        cursor.varint();
        tables.delete(cursor.varint());
        break;
      case tags.newFile: {
        cursor.varint();
        const number = cursor.varint();
        tables.set(number, cursor.varint());
        cursor.string();
        cursor.string();
        break;
      }
      default:
        throw new RangeError('unknown tag');
    }
  }
  return logNumber;
}
