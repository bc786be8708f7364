import { codeOf, messageOf } from '../platform/errors.ts';
import type { WebProxy } from './find-proxy.ts';
import type { Failure, PermanentFailure, TransientFailure } from './post-outcome.ts';
import { ProxyRefusal, ProxyTrouble } from './proxy-errors.ts';
import type { CallResult } from './timed-call.ts';
import type { WayToSlack } from './way-to-slack.ts';

/** Faults of connections, by the code of Node's error. */
const connectionFaults: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server is not found (DNS)',
  EAI_AGAIN: 'the name of the server is not found (DNS)',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the server',
  ETIMEDOUT: 'the server does not answer',
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet: is this machine's clock set?",
  CERT_HAS_EXPIRED: "the server's certificate has expired: is this machine's clock set?",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for another name (the login page of a network?)",
};

/** Codes that say: nobody who is trusted vouches for the certificate (OpenSSL's verify(1)). */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
]);

/** What became of a call that got no answer of Slack's, or only a part of one. */
export function failureOnTheWay(
  { error, cutOff }: Extract<CallResult<unknown>, { failed: true }>,
  way: WayToSlack,
  target: URL,
): Failure {
  const { proxy } = way;
  if (proxy && error instanceof ProxyRefusal) return proxyRefusal(error, proxy, target);
  const isProxy = proxy !== undefined && error instanceof ProxyTrouble;
  const cause = isProxy ? error.cause : error;
  const code = codeOf(cause);
  if (code !== undefined && untrusted.has(code)) {
    return untrustedCertificate(code, isProxy ? proxy.name : target.hostname, way);
  }
  if (isProxy) return proxyTrouble(cutOff ?? cause, proxy);
  const reason = cutOff?.message ?? reasonOf(cause);
  return transient(proxy ? `${reason} (through the web proxy ${proxy.name})` : reason);
}

function proxyRefusal({ status, offers }: ProxyRefusal, proxy: WebProxy, target: URL): Failure {
  if (status === 407) return signInWanted(offers, proxy);
  const remedy = `Ask the administrator of the proxy to allow connections (CONNECT) to ${serverOf(target)}`;
  if (status >= 500 || status === 429) {
    return {
      kind: 'transient',
      reason: `the web proxy ${proxy.name} can't reach ${target.hostname} (HTTP ${status})`,
      remedy,
    };
  }
  return {
    kind: 'permanent',
    message: `the web proxy ${proxy.name} does not let connections to ${target.hostname} through (HTTP ${status})`,
    remedy,
  };
}

function signInWanted(offers: readonly string[], proxy: WebProxy): PermanentFailure {
  const hasSignedIn = proxy.url.username !== '' || proxy.url.password !== '';
  const others = offers.filter((offer) => offer.toLowerCase() !== 'basic');
  const withBasic = others.length < offers.length || offers.length === 0;
  return {
    kind: 'permanent',
    message: hasSignedIn
      ? `the web proxy ${proxy.name} refuses the user name or password (HTTP 407)`
      : `the web proxy ${proxy.name} wants a user name and password (HTTP 407)`,
    remedy: withBasic
      ? 'Set Butler.slackConfig.proxy to user:password@host:port; write special characters percent-encoded, such as %40 for @'
      : `The proxy only offers ${others.join(', ')}, which Blinky does not support: ask its administrator to allow Basic, or this machine without a password`,
  };
}

function proxyTrouble(cause: unknown, proxy: WebProxy): TransientFailure {
  return {
    kind: 'transient',
    reason: `the web proxy ${proxy.name}: ${proxyReason(cause)}`,
    remedy: `Check the address in ${proxy.from}, and that the proxy is running; set Butler.slackConfig.proxy to none if there is no proxy`,
  };
}

function proxyReason(cause: unknown): string {
  const code = codeOf(cause);
  if (code === undefined && cause instanceof Error && /CONNECT response/.test(cause.message)) {
    return 'what answers is not a web proxy';
  }
  return reasonOf(cause);
}

function untrustedCertificate(
  code: string,
  server: string,
  { hasOwnAuthorities }: WayToSlack,
): PermanentFailure {
  return {
    kind: 'permanent',
    message: `the certificate of ${server} is from an unknown authority (${code}): your network seems to inspect encrypted connections`,
    remedy: hasOwnAuthorities
      ? 'Butler.slackConfig.caFile has the certificate of another authority: ask your IT department for the one that signs for Slack'
      : 'Ask your IT department for the certificate of its CA (PEM), and set Butler.slackConfig.caFile to that file (or the variable NODE_EXTRA_CA_CERTS)',
  };
}

const transient = (reason: string): TransientFailure => ({ kind: 'transient', reason });

const serverOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) {
    const known = Object.hasOwn(connectionFaults, code) ? connectionFaults[code] : undefined;
    return known ?? `no connection (${code})`;
  }
  return shortened(messageOf(error));
}

/** A stranger's page may stand in an error, characters. */
const shortened = (text: string): string => text.slice(0, 200);
