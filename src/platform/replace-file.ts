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
 * Writes a file so that readers find either the old text or all of the new, even after a power cut.
 * Throws the system's error; the old text is then still there.
 */
export function replaceFile(file: string, text: string, ownership: FileOwnership): void {
  const part = `${file}.part`;
  try {
    rmSync(part, { force: true });
    writeNewFile(part, text, ownership);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/**
 * Writes a file that doesn't exist yet; when this returns, it survives a power cut. Writes all of
 * it or throws the system's error: a single `writeSync` leaves out what a full disk has no room
 * for.
 * @param ownership without a `mode`: as the umask says, since FAT has no permissions
 */
export function writeNewFile(
  file: string,
  text: string,
  { mode, uid, gid }: Omit<FileOwnership, 'mode'> & { readonly mode: number | undefined },
): void {
  const written = openSync(file, 'wx', mode === undefined ? 0o666 : 0o600);
  try {
    if (uid !== undefined && gid !== undefined) fchownSync(written, uid, gid);
    if (mode !== undefined) fchmodSync(written, mode);
    writeFileSync(written, text);
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
}
