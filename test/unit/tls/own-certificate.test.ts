import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { earliestTime } from '../../../src/platform/clock.ts';
import { createAuthority, createServerCertificate } from '../../../src/tls/certificate.ts';
import { CertificateFault } from '../../../src/tls/certificate-source.ts';
import { OwnCertificate } from '../../../src/tls/own-certificate.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const dayMs = 86_400_000;

function ownCertificate(context: TestContext, { start = '2026-11-24T00:00:00Z' } = {}) {
  const directory = join(temporaryFolder(context), 'tls');
  const world = {
    now: new Date(start),
    addresses: ['10.0.0.5', 'fd00::1:5'],
    hostName: 'blinky',
  };
  const { log, lines } = recordingLog();
  const open = () =>
    new OwnCertificate({
      directory,
      hostName: world.hostName,
      addresses: () => world.addresses,
      now: () => world.now,
      log,
    });
  return { directory, world, open, lines };
}

const read = (pair: { cert: string }) => new X509Certificate(pair.cert);

describe('a generated certificate', () => {
  test('contains names and addresses, is signed by the CA, and is valid for OpenSSL', (context) => {
    const { directory, open } = ownCertificate(context);
    const source = open();
    const server = read(source.current());
    const authority = new X509Certificate(source.authority ?? '');
    assert.ok(server.verify(authority.publicKey));
    assert.ok(server.checkIssued(authority));
    assert.ok(authority.ca && !server.ca);
    for (const name of ['blinky', 'blinky.local', 'localhost']) assert.ok(server.checkHost(name));
    for (const address of ['10.0.0.5', '127.0.0.1', '::1', 'fd00::1:5']) {
      assert.ok(server.checkIP(address), address);
    }
    assert.equal(server.checkHost('other'), undefined);
    const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / dayMs;
    assert.equal(days, 398);

    const files = ['ca.crt', 'server.crt'].map((file) => join(directory, file));
    const [ca = '', leaf = ''] = files;
    const openssl = spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, leaf],
      { encoding: 'utf8' },
    );
    if (openssl.error) context.diagnostic('OpenSSL is not here to look at it');
    else assert.equal(openssl.status, 0, openssl.stderr + openssl.stdout);
    for (const file of readdirSync(directory)) {
      assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file);
    }
    assert.equal(statSync(directory).mode & 0o777, 0o700);
  });

  test('stays the same across restarts, and the CA is kept when the certificate is renewed', (context) => {
    const { world, open } = ownCertificate(context);
    const first = open();
    const { cert } = first.current();
    assert.equal(first.current(), first.current());
    assert.equal(open().current().cert, cert);

    world.now = new Date(world.now.getTime() + 264 * dayMs);
    assert.equal(first.current().cert, cert);
    world.now = new Date(world.now.getTime() + 2 * dayMs);
    const renewed = first.current();
    assert.notEqual(renewed.cert, cert);
    const again = open();
    assert.equal(again.current().cert, renewed.cert);
    assert.equal(again.authority, first.authority);
  });

  test('is renewed for a new address, but not when one disappears', (context) => {
    const { world, open } = ownCertificate(context);
    const source = open();
    const first = source.current();
    world.addresses = [];
    assert.equal(source.current(), first);
    world.addresses = ['192.168.1.9'];
    const second = source.current();
    assert.notEqual(second, first);
    assert.ok(read(second).checkIP('192.168.1.9'));
  });

  test('an unset clock neither creates a certificate from 1970 nor renews one', (context) => {
    const { world, open } = ownCertificate(context, { start: '1970-01-01T00:01:00Z' });
    const source = open();
    const first = source.current();
    assert.ok(Date.parse(read(first).validFrom) >= earliestTime);
    assert.equal(source.current(), first);
    // The network sets the time: years later.
    world.now = new Date('2029-06-01T00:00:00Z');
    const second = source.current();
    assert.ok(Date.parse(read(second).validFrom) > Date.parse('2029-01-01'));
    world.now = new Date('1970-01-01T00:02:00Z');
    assert.equal(open().current().cert, second.cert);
  });

  test('the CA is generated again before a certificate could be valid for longer', (context) => {
    const { world, open } = ownCertificate(context);
    const source = open();
    source.current();
    const before = source.authority;
    world.now = new Date('2036-01-01T00:00:00Z');
    const server = read(source.current());
    assert.notEqual(source.authority, before);
    assert.ok(server.checkIssued(new X509Certificate(source.authority ?? '')));
  });

  test('damaged files are a fault with a remedy', (context) => {
    const { directory, open } = ownCertificate(context);
    open().current();
    writeFileSync(join(directory, 'ca.crt'), 'broken');
    assert.throws(() => open().current(), CertificateFault);
  });

  test('the CA is restricted to the names of this machine', (context) => {
    const { directory, open } = ownCertificate(context);
    open().current();
    const ca = join(directory, 'ca.crt');
    const authority = {
      cert: readFileSync(ca, 'utf8'),
      key: readFileSync(join(directory, 'ca.key'), 'utf8'),
    };
    const validity = { notBefore: new Date('2026-11-01'), notAfter: new Date('2027-11-01') };
    const verdict = (name: string) => {
      const leaf = join(directory, 'other.crt');
      writeFileSync(leaf, createServerCertificate(authority, [name], validity).cert);
      const { stdout, stderr, error } = spawnSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, leaf],
        { encoding: 'utf8' },
      );
      return error ? undefined : stdout + stderr;
    };
    if (verdict('blinky.local') === undefined) {
      context.diagnostic('OpenSSL is not here to look at it');
      return;
    }
    for (const name of ['blinky', 'blinky.local', 'localhost', '192.168.7.7', '2001:db8::1']) {
      assert.match(verdict(name) ?? '', /: OK/, name);
    }
    for (const name of ['bank.example', 'local', 'other.local', 'myblinky', '*.local']) {
      assert.match(verdict(name) ?? '', /permitted subtree violation/, name);
    }
  });

  test('a CA from version 1.0.0, which has no restrictions, stays in use', (context) => {
    const { directory, world, open } = ownCertificate(context);
    const old = createAuthority('Blinky Light CA of blinky 2026', {
      notBefore: new Date(earliestTime),
      notAfter: new Date('2036-11-01'),
    });
    mkdirSync(directory);
    writeFileSync(join(directory, 'ca.key'), old.key);
    writeFileSync(join(directory, 'ca.crt'), old.cert);
    const source = open();
    assert.ok(read(source.current()).checkIssued(read(old)));
    assert.equal(source.authority, old.cert);
    world.hostName = 'green-light';
    const renamed = open();
    assert.ok(read(renamed.current()).checkHost('green-light.local'));
    assert.equal(renamed.authority, old.cert);
  });

  test('a new host name keeps the CA that clients trust, and is left out', (context) => {
    const { directory, world, open, lines } = ownCertificate(context);
    const first = open();
    const { cert } = first.current();
    const key = readFileSync(join(directory, 'ca.key'), 'utf8');
    for (const hostName of ['green-light', 'localhost']) {
      world.hostName = hostName;
      const renamed = open();
      assert.equal(renamed.current().cert, cert, hostName);
      assert.equal(renamed.authority, first.authority, hostName);
    }
    assert.equal(lines.filter((line) => /^warn/.test(line)).length, 1, lines.join('\n'));
    world.addresses = ['192.168.1.9'];
    const moved = open();
    const server = read(moved.current());
    assert.equal(moved.authority, first.authority);
    assert.ok(server.checkIP('192.168.1.9') && server.checkHost('localhost'));
    assert.equal(server.checkHost('green-light.local'), undefined);
    // The name may return at any moment.
    assert.ok(server.checkHost('blinky.local'));
    assert.equal(readFileSync(join(directory, 'ca.key'), 'utf8'), key);
    assert.equal(lines.filter((line) => /generated a CA/.test(line)).length, 1, lines.join('\n'));
  });

  test('a name that the CA does not allow is logged once, with a remedy', (context) => {
    const { directory, world, open, lines } = ownCertificate(context);
    open().current();
    world.hostName = 'green-light';
    const renamed = open();
    for (let look = 0; look < 3; look += 1) renamed.current();
    const warnings = lines.filter((line) => /^warn/.test(line));
    assert.equal(warnings.length, 1, lines.join('\n'));
    assert.match(warnings[0] ?? '', /not for green-light and green-light\.local/);
    assert.ok(warnings[0]?.includes(`delete ${directory} and restart`), warnings[0]);

    rmSync(directory, { recursive: true });
    const again = open();
    assert.ok(read(again.current()).checkHost('green-light.local'));
    assert.equal(lines.filter((line) => /^warn/.test(line)).length, 1);
  });

  test('names are case-insensitive, even for a CA that was created for an upper-case one', (context) => {
    const { directory, world, open, lines } = ownCertificate(context);
    const hosts = ['Blinky', 'Blinky.local', 'localhost'];
    const validity = { notBefore: new Date(earliestTime), notAfter: new Date('2036-11-01') };
    const old = createAuthority('Blinky Light CA of Blinky 2026', validity, hosts);
    mkdirSync(directory);
    writeFileSync(join(directory, 'ca.key'), old.key);
    writeFileSync(join(directory, 'ca.crt'), old.cert);
    for (const hostName of ['Blinky', 'blinky', 'BLINKY']) {
      world.hostName = hostName;
      const source = open();
      assert.match(read(source.current()).subjectAltName ?? '', /DNS:blinky, DNS:blinky\.local/);
      assert.equal(source.authority, old.cert, hostName);
    }
    assert.deepEqual(
      lines.filter((line) => /^warn/.test(line)),
      [],
    );
  });

  test('the longest host name is found in the constraints', (context) => {
    const { world, open, lines } = ownCertificate(context);
    world.hostName = 'a'.repeat(63);
    const { cert } = open().current();
    assert.ok(read({ cert }).checkHost(`${world.hostName}.local`));
    world.hostName = 'localhost';
    assert.equal(open().current().cert, cert);
    assert.ok(!lines.some((line) => /^warn/.test(line)));
  });

  test('a machine without a usable name gets a CA for localhost', (context) => {
    for (const hostName of ['localhost', '', 'not_usable']) {
      const { world, open, lines } = ownCertificate(context);
      world.hostName = hostName;
      const source = open();
      assert.ok(read(source.current()).checkHost('localhost'), hostName);
      world.hostName = 'blinky';
      const named = open();
      assert.ok(read(named.current()).checkHost('localhost'), hostName);
      assert.equal(named.authority, source.authority, hostName);
      assert.equal(lines.filter((line) => /^warn/.test(line)).length, 1);
    }
  });
});
