import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkCertificate } from '../../../src/broker/check-certificate.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { OwnCertificate } from '../../../src/tls/own-certificate.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const madeOn = new Date('2026-11-24T00:00:00Z');

const check = (certFile: string, keyFile: string, now: Date) => [
  ...checkCertificate({ enable: true, certFile, keyFile }, now),
];

test('reports how long a certificate is valid, warns before it expires, and names its problems', (context) => {
  const directory = temporaryFolder(context);
  const { cert, key } = new OwnCertificate({
    directory: join(directory, 'tls'),
    hostName: 'blinky',
    addresses: () => [],
    now: () => madeOn,
    log: silentLog,
  }).current();
  const [certFile, keyFile] = [join(directory, 'a.crt'), join(directory, 'a.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
  const expected = [
    ['2026-12-01', 'ok', /a\.crt is valid until 2027-/],
    ['2027-12-20', 'warn', /a\.crt is valid until 2027-/],
    ['2028-06-01', 'fault', /expired on 2027-/],
  ] as const;
  for (const [day, result, text] of expected) {
    const [finding] = check(certFile, keyFile, new Date(day));
    assert.equal(finding?.result, result, day);
    assert.match(finding?.text ?? '', text);
  }
  const [missing] = check(join(directory, 'none.crt'), keyFile, madeOn);
  assert.equal(missing?.result, 'fault');
  assert.match(missing?.text ?? '', /was not found/);
  assert.match(missing?.remedy ?? '', /certFile/);
});

test('has nothing to report without TLS, and little for a generated certificate', () => {
  const tls = { enable: false, certFile: '', keyFile: '' };
  assert.deepEqual([...checkCertificate(tls, madeOn)], []);
  assert.deepEqual(
    [...checkCertificate({ ...tls, enable: true }, madeOn)].map(({ result }) => result),
    ['ok'],
  );
});
