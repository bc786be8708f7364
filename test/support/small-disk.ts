import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left, but for so many bytes (whole pages of 4096). */
  fill(butBytes?: number): void;
  /** Gives it back. */
  makeRoom(): void;
}

/**
 * A disk in memory that can be filled; it ends with the test. Undefined, and said in the test's
 * report, where this user may not mount one.
 */
export function mountSmallDisk(context: TestContext, megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'blinky-test-disk-'));
  const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounting.status !== 0) {
    rmdirSync(folder);
    context.diagnostic(
      `not shown here: this user may not mount a small disk (${mounting.stderr ?? mounting.error})`,
    );
    return undefined;
  }
  context.after(() => {
    // Lazily: what still has files open there is let go of later.
    spawnSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: (butBytes = 0) => {
      const file = openSync(filler, 'a');
      const chunk = Buffer.alloc(4096, 1);
      try {
        for (;;) writeSync(file, chunk);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        closeSync(file);
      }
      truncateSync(filler, statSync(filler).size - butBytes);
    },
    makeRoom: () => rmSync(filler),
  };
}
