import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Colour } from '../../hardware/lamp.ts';
import { type Child, startBundled } from './child.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { testSettings } from './test-app.ts';

/** What the log says of each listener, up to its port. */
const listening = {
  udp: /for Sense events on udp:\/\/127\.0\.0\.1:(\d+)/,
  mqtt: /MQTT broker on mqtt:\/\/127\.0\.0\.1:(\d+)/,
  web: /page at http:\/\/127\.0\.0\.1:(\d+)/,
} as const;

export interface FileLampOptions {
  readonly settings?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where lamps and state are; a new one by default. */
  readonly folder?: string;
}

export interface ApplianceWithFileLamps {
  readonly child: Child;
  /** Where its database is. */
  readonly database: string;
  isLit(colour: Colour): boolean;
  /** Resolves with the port when it listens there. */
  port(listener: keyof typeof listening): Promise<number>;
}

/** Starts the appliance in a process of its own, with lamps that survive it. */
export async function startWithFileLamps(
  context: TestContext,
  { settings = [], environment = {}, folder = temporaryFolder(context) }: FileLampOptions = {},
): Promise<ApplianceWithFileLamps> {
  const state = join(folder, 'state');
  const child = await startBundled(
    context,
    'test/support/appliance-with-file-lamps.ts',
    [folder, ...testSettings, `stateDirectory=${state}`, ...settings],
    { environment },
  );
  return {
    child,
    database: join(state, 'db'),
    isLit: (colour) => readFileSync(join(folder, colour), 'utf8') === '1',
    port: async (listener) => Number((await child.printed(listening[listener]))[1]),
  };
}
