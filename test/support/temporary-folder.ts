import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new empty folder, gone when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'blinky-test-'));
  context.after(() => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      // A program that a failed test leaves behind still writes here. What would end it comes after
      // this, and would not be called any more.
      context.diagnostic(`${folder} is left behind: ${error}`);
    }
  });
  return folder;
}
