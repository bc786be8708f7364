import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startStrictBroker } from '../support/strict-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestApp } from '../support/test-app.ts';
import {
  type CertificateFiles,
  makeTestAuthority,
  type TestAuthority,
} from '../support/test-certificates.ts';
import { waitFor } from '../support/wait-for.ts';

/** A hundredth of the pauses that the product makes. */
const quick = {
  upstreamLimits: { capacity: 1000, memoryCapacity: 100, firstRetryMs: 20, longestRetryMs: 200 },
};

interface Site {
  readonly folder: string;
  readonly authority: TestAuthority;
  readonly client: CertificateFiles;
  readonly port: number;
}

/** A broker that requires a client certificate. */
async function startSite(context: TestContext): Promise<Site> {
  const folder = temporaryFolder(context);
  const authority = makeTestAuthority(folder);
  const tls = { ...authority.issue('localhost'), caFile: authority.caFile };
  const { port } = await startStrictBroker(context, { tls });
  return { folder, authority, client: authority.issue('client'), port };
}

const settingsFor = (
  section: 'mqttConfig' | 'satelliteConfig',
  { authority, port }: Site,
  files?: CertificateFiles,
) =>
  [
    'brokerHost=localhost',
    `brokerPort=${port}`,
    'tls.enable=true',
    `tls.caFile=${authority.caFile}`,
    ...(files ? [`tls.certFile=${files.certFile}`, `tls.keyFile=${files.keyFile}`] : []),
  ].map((setting) => `${section}.${setting}`);

for (const [section, part] of [
  ['mqttConfig', 'upstream'],
  ['satelliteConfig', 'satellite'],
] as const) {
  describe(`a client certificate (${section})`, () => {
    test('lets the appliance in; a file that is replaced counts at the next connection', async (context) => {
      const site = await startSite(context);
      const files = { certFile: join(site.folder, 'c.pem'), keyFile: join(site.folder, 'k.pem') };
      const wrong = makeTestAuthority(temporaryFolder(context), 'nobody').issue('client');
      copyFileSync(wrong.certFile, files.certFile);
      copyFileSync(wrong.keyFile, files.keyFile);
      const { app } = await startTestApp(context, settingsFor(section, site, files), quick);
      const state = () => app.health.part(part).status;
      await waitFor('the fault', () => state().state === 'fault');
      assert.match(
        state().message,
        /rejected the client certificate in .*c\.pem|closed the connection after/,
      );
      copyFileSync(site.client.certFile, files.certFile);
      copyFileSync(site.client.keyFile, files.keyFile);
      await waitFor('the connection', () => state().state === 'ok');
    });

    test('each mistake in its files is one line that names the file', async (context) => {
      const site = await startSite(context);
      const { folder, authority, client } = site;
      const file = (name: string, text: string | Uint8Array) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const key = createPrivateKey(readFileSync(client.keyFile, 'utf8'));
      const locked = key
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString();
      const lockedOldStyle = key
        .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString();
      const { certFile, keyFile } = client;
      const both = file('both.pem', readFileSync(keyFile, 'utf8') + readFileSync(certFile, 'utf8'));
      const cases: readonly [CertificateFiles | undefined, RegExp][] = [
        [
          undefined,
          /requires a client certificate$|closed the connection after the TLS handshake$/,
        ],
        [
          { certFile: '/nowhere/c.pem', keyFile },
          /tls\.certFile \(\/nowhere\/c\.pem\) was not found$/,
        ],
        [{ certFile, keyFile: folder }, /tls\.keyFile \(.*\) is a folder$/],
        [
          { certFile, keyFile: authority.issue('another').keyFile },
          /^the key in .*another\.key does not match the client certificate in .*client\.pem$/,
        ],
        [{ certFile: keyFile, keyFile: certFile }, /client\.key contains no PEM certificate$/],
        [{ certFile, keyFile: certFile }, /client\.pem contains no PEM private key$/],
        [{ certFile: file('empty.pem', ''), keyFile }, /empty\.pem contains no PEM certificate$/],
        [
          { certFile: file('c.pfx', Buffer.from([0x30, 0x82, 9, 0])), keyFile },
          /c\.pfx contains no PEM certificate$/,
        ],
        [{ certFile, keyFile: file('a.key', locked) }, /a\.key is protected by a password$/],
        [
          { certFile, keyFile: file('b.key', lockedOldStyle) },
          /b\.key is protected by a password$/,
        ],
        [
          authority.issue('old', [-9, -1]),
          /^the client certificate in .*old\.pem expired on 20\d\d-/,
        ],
        [authority.issue('new', [2, 9]), /new\.pem is not valid until 20\d\d-/],
      ];
      for (const [files, expected] of cases) {
        const settings = settingsFor(section, site, files);
        const { app, lines, stop } = await startTestApp(context, settings, quick);
        const state = () => app.health.part(part).status;
        await waitFor('the fault', () => state().state === 'fault');
        assert.match(state().message, expected);
        assert.ok(state().remedy);
        assert.equal(lines.filter((line) => line.includes(state().message)).length, 1);
        await stop();
      }
      const files = { certFile: both, keyFile: both };
      const { app } = await startTestApp(context, settingsFor(section, site, files), quick);
      await waitFor('both in one file', () => app.health.part(part).status.state === 'ok');
    });
  });
}
