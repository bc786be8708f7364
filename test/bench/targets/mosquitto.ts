import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../programs.ts';
import type { Workshop } from './target.ts';

/** Debian puts it where only root looks by default. */
const places = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

/** Where Mosquitto is; undefined where it is not installed. */
export const findMosquitto = () => places.find((place) => !spawnSync(place, ['-h']).error);

export const mosquittoMissing =
  'Mosquitto is not installed; on Debian: apt-get install -y mosquitto';

/** Starts a Mosquitto that takes anybody from this machine, and keeps nothing. */
export function startMosquitto({ programs, temporaryFolder }: Workshop, port: number): Program {
  const file = join(temporaryFolder(), 'mosquitto.conf');
  // Without set_tcp_nodelay Mosquitto holds small messages back for up to 20 ms.
  writeFileSync(
    file,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'set_tcp_nodelay true',
      'persistence false',
      'log_dest none',
      '',
    ].join('\n'),
    { mode: 0o644 },
  );
  return programs.start(findMosquitto() ?? 'mosquitto', ['-c', file]);
}
