import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { earliestTime } from '../platform/clock.ts';
import { codeOf, isMissing, messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { replaceFile } from '../platform/replace-file.ts';
import {
  createAuthority,
  createServerCertificate,
  fingerprintOf,
  type KeyedCertificate,
  permittedHosts,
} from './certificate.ts';
import { CertificateFault, type CertificateSource } from './certificate-source.ts';

const dayMs = 86_400_000;
const authorityDays = 3653;
/** Some systems reject longer validity (Apple, support article 102028). */
const serverDays = 398;
/** The clocks of clients may be this far behind. */
const toleranceDays = 1;

export interface OwnCertificateOptions {
  /** The directory of the CA and the certificate. */
  readonly directory: string;
  /** This machine's name, without a domain. */
  readonly hostName: string;
  /** The addresses at which clients may reach this machine. */
  readonly addresses: () => readonly string[];
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * A generated certificate, signed by a CA that is generated at the first start and that clients are
 * set up to trust once. The certificate is renewed when two thirds of its validity are over, and
 * when this machine has an address that isn't in it. The CA is restricted to the names that this
 * machine has when the CA is generated; a CA from version 1.0.0 has no restriction. It stays in use
 * until it expires, because clients trust it: a name may change only briefly (from `localhost` at
 * boot, or by DHCP). The certificate is for the names of the CA; a new name is left out.
 */
export class OwnCertificate implements CertificateSource {
  readonly #options: OwnCertificateOptions;
  #authority: KeyedCertificate | undefined;
  #server: KeyedCertificate | undefined;
  #hasToldLeftOut = false;

  constructor(options: OwnCertificateOptions) {
    this.#options = options;
  }

  get authority(): string | undefined {
    return this.#authority?.cert;
  }

  current(): KeyedCertificate {
    try {
      const authority = this.#currentAuthority();
      this.#tellLeftOut(authority);
      this.#server ??= this.#load('server');
      const reason = this.#server ? this.#reasonToRenew(this.#server, authority) : 'none existed';
      if (!this.#server || reason) {
        this.#server = this.#createServer(authority);
        this.#options.log.info(`generated a certificate for MQTT over TLS: ${reason}`);
      }
      return this.#server;
    } catch (error) {
      throw new CertificateFault(
        `the certificate in ${this.#options.directory} can't be used (${reasonOf(error)})`,
        'Free disk space, or delete the folder: Blinky then generates everything again, and clients need the new CA certificate',
        { cause: error },
      );
    }
  }

  #currentAuthority(): KeyedCertificate {
    this.#authority ??= this.#load('ca');
    const now = this.#time();
    const ends = this.#authority && new Date(new X509Certificate(this.#authority.cert).validTo);
    // A certificate must not be valid for longer than its issuer.
    if (this.#authority && ends && ends.getTime() - now > serverDays * dayMs) {
      return this.#authority;
    }
    const reason = this.#authority
      ? 'the old one expires soon. Fix: install the new CA certificate on all clients'
      : 'none existed';
    const name = `Blinky Light CA of ${this.#options.hostName} ${new Date(now).getUTCFullYear()}`;
    const authority = createAuthority(
      name,
      {
        notBefore: new Date(earliestTime),
        notAfter: new Date(now + authorityDays * dayMs),
      },
      this.#hosts(),
    );
    this.#save('ca', authority);
    this.#authority = authority;
    this.#server = undefined;
    this.#options.log.info(
      `generated a CA for MQTT over TLS (SHA-256 ${fingerprintOf(authority.cert)}): ${reason}`,
    );
    return authority;
  }

  #reasonToRenew(server: KeyedCertificate, authority: KeyedCertificate): string | undefined {
    const certificate = new X509Certificate(server.cert);
    if (!certificate.checkIssued(new X509Certificate(authority.cert))) return 'the CA is new';
    const now = this.#options.now().getTime();
    const [begin, end] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    // A Raspberry Pi without a network doesn't know the time, so it can't tell what has expired.
    if (now >= earliestTime) {
      if (now > begin + ((end - begin) * 2) / 3) return 'two thirds of its validity are over';
      if (now < begin) return 'the old one is only valid in the future';
    }
    const missing = this.#names(authority).find((name) =>
      isAddress(name) ? !certificate.checkIP(name) : !certificate.checkHost(name),
    );
    return missing && `the old one lacked ${missing}`;
  }

  #createServer(authority: KeyedCertificate): KeyedCertificate {
    const now = this.#time();
    const server = createServerCertificate(authority, this.#names(authority), {
      notBefore: new Date(now - toleranceDays * dayMs),
      notAfter: new Date(now + (serverDays - toleranceDays) * dayMs),
    });
    this.#save('server', server);
    return server;
  }

  /** All names of the CA, including those that this machine doesn't have at the moment. */
  #names(authority: KeyedCertificate): string[] {
    const hosts = permittedHosts(authority.cert) ?? this.#hosts();
    return [...new Set([...hosts, ...this.#options.addresses(), '127.0.0.1', '::1'])];
  }

  #hosts(): string[] {
    const hostName = this.#options.hostName.toLowerCase();
    const own = hostName === 'localhost' ? [] : [hostName, `${hostName}.local`];
    return [...own, 'localhost'].filter((name) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name));
  }

  #tellLeftOut(authority: KeyedCertificate): void {
    if (this.#hasToldLeftOut) return;
    const permitted = permittedHosts(authority.cert);
    const leftOut = this.#hosts().filter((host) => permitted && !permitted.includes(host));
    if (leftOut.length === 0) return;
    this.#hasToldLeftOut = true;
    this.#options.log.warn(
      `the certificate for MQTT over TLS is not for ${leftOut.join(' and ')}, since the CA was made when this machine had another name. Clients can still connect to its addresses. For a CA for the new name, delete ${this.#options.directory} and restart; clients must then fetch the new CA certificate`,
    );
  }

  /** The time of day, or the earliest possible one, ms since 1970. */
  #time(): number {
    return Math.max(this.#options.now().getTime(), earliestTime + toleranceDays * dayMs);
  }

  #load(name: 'ca' | 'server'): KeyedCertificate | undefined {
    const { directory } = this.#options;
    try {
      const cert = readFileSync(join(directory, `${name}.crt`), 'utf8');
      return { cert, key: readFileSync(join(directory, `${name}.key`), 'utf8') };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #save(name: 'ca' | 'server', { cert, key }: KeyedCertificate): void {
    const { directory } = this.#options;
    makeFolder(directory, 0o700);
    // The key first: a certificate without its key would be loaded as a pair.
    for (const [ending, text] of [
      ['key', key],
      ['crt', cert],
    ] as const) {
      replaceFile(join(directory, `${name}.${ending}`), text, { mode: 0o600 });
    }
  }
}

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name);

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EACCES' || code === 'EPERM') return "this user isn't allowed to write there";
  return messageOf(error);
}
