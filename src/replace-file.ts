import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

export interface FileOwnership {
  /** Permission bits, e.g. `0o600`. */
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Writes a file so that whoever reads it, after a power cut too, finds the old text or all of the
 * new. Throws what the system says; then the old text is still there.
 */
export function replaceFile(file: string, text: string, ownership: FileOwnership): void {
  const part = `${file}.part`;
  try {
    rmSync(part, { force: true });
    writePart(part, text, ownership);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function writePart(part: string, text: string, { mode, uid, gid }: FileOwnership): void {
  const written = openSync(part, 'wx', 0o600);
  try {
    if (uid !== undefined && gid !== undefined) fchownSync(written, uid, gid);
    fchmodSync(written, mode);
    writeFileSync(written, text);
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
}
