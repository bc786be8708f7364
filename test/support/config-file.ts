import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Loads the text as `blinky.yaml`, by which messages call it. */
export function load(
  context: TestContext,
  text: string | Uint8Array,
  overrides: readonly string[] = [],
): LoadedConfig {
  const file = join(temporaryFolder(context), 'blinky.yaml');
  writeFileSync(file, text);
  const environment = { BLINKY_CONFIG: file, BLINKY_CONFIG_NAME: 'blinky.yaml' };
  return loadConfig({ environment, overrides });
}

/** The messages of a configuration that is refused. */
export function refusal(
  context: TestContext,
  text: string | Uint8Array,
  overrides: readonly string[] = [],
): string {
  try {
    load(context, text, overrides);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  assert.fail('it was not refused');
}
