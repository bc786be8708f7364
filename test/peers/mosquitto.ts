import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PeerProcess } from './peer-process.ts';

export interface MosquittoOptions {
  /** Users and their passwords; left out, everybody may do everything. */
  readonly users?: Readonly<Record<string, string>>;
  /** Paths of PEM files; with them it speaks TLS only. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** More lines of its configuration. */
  readonly more?: readonly string[];
}

/** Debian's Mosquitto on a port of its own; what it holds survives its stops. */
export class Mosquitto extends PeerProcess {
  constructor(port: number, configFile: string) {
    super(port, { program: 'mosquitto', args: ['-c', configFile] });
  }

  /** Halts it without closing anything, as a broken network would. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }
}

/** Starts a Mosquitto that ends with the test. */
export async function startMosquitto(
  context: TestContext,
  { users, tls, more = [] }: MosquittoOptions = {},
): Promise<Mosquitto> {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'data'));
  const passwordFile = join(folder, 'passwords');
  if (users) {
    writeFileSync(passwordFile, '', { mode: 0o600 });
    for (const [name, password] of Object.entries(users)) {
      execFileSync('mosquitto_passwd', ['-b', passwordFile, name, password]);
    }
  }
  const port = await freePort();
  const configFile = join(folder, 'mosquitto.conf');
  writeFileSync(
    configFile,
    [
      `listener ${port} 127.0.0.1`,
      users ? `password_file ${passwordFile}` : '',
      `allow_anonymous ${users ? 'false' : 'true'}`,
      ...(tls ? [`certfile ${tls.certFile}`, `keyfile ${tls.keyFile}`] : []),
      'persistence true',
      `persistence_location ${folder}/data/`,
      'max_queued_messages 0',
      // Started by root it would become somebody who may not read the folder.
      'user root',
      ...more,
      '',
    ].join('\n'),
  );
  const mosquitto = new Mosquitto(port, configFile);
  context.after(() => {
    mosquitto.thaw();
    return mosquitto.stop();
  });
  await mosquitto.start();
  return mosquitto;
}
