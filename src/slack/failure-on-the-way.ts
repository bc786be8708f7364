import { codeOf, messageOf } from '../platform/errors.ts';
import type { WebProxy } from './find-proxy.ts';
import type { Failure, PermanentFailure, TransientFailure } from './post-outcome.ts';
import { ProxyRefusal, ProxyTrouble } from './proxy-errors.ts';
import type { CallResult } from './timed-call.ts';
import type { WayToSlack } from './way-to-slack.ts';

/** Connection errors, by Node's error code. */
const connectionFaults: Readonly<Record<string, string>> = {
  ENOTFOUND: "the server name can't be resolved (DNS)",
  EAI_AGAIN: "the server name can't be resolved (DNS)",
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: "the server can't be reached",
  ETIMEDOUT: "the server isn't responding",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet: check this machine's clock",
  CERT_HAS_EXPIRED: "the server's certificate has expired: check this machine's clock",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for another name (possibly a network login page)",
};

/** Codes that mean: the certificate isn't signed by a trusted authority (OpenSSL's verify(1)). */
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

/** The failure of a call that got no answer from Slack, or only part of one. */
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
    message: `the web proxy ${proxy.name} does not allow connections to ${target.hostname} (HTTP ${status})`,
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
      ? `the web proxy ${proxy.name} rejected the user name or password (HTTP 407)`
      : `the web proxy ${proxy.name} requires a user name and password (HTTP 407)`,
    remedy: withBasic
      ? 'Set Butler.slackConfig.proxy to user:password@host:port; percent-encode special characters, for example %40 for @'
      : `The proxy only offers ${others.join(', ')}, which Blinky does not support: ask its administrator to allow Basic, or to allow this machine without a password`,
  };
}

function proxyTrouble(cause: unknown, proxy: WebProxy): TransientFailure {
  return {
    kind: 'transient',
    reason: `the web proxy ${proxy.name}: ${proxyReason(cause)}`,
    remedy: `Check the address in ${proxy.from} and that the proxy is running; if there is no proxy, set Butler.slackConfig.proxy to none`,
  };
}

function proxyReason(cause: unknown): string {
  const code = codeOf(cause);
  if (code === undefined && cause instanceof Error && /CONNECT response/.test(cause.message)) {
    return "the server that answered isn't a web proxy";
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
    message: `the certificate of ${server} is signed by an unknown authority (${code}): your network probably inspects encrypted connections`,
    remedy: hasOwnAuthorities
      ? "Butler.slackConfig.caFile contains a different authority's certificate: ask your IT department for the one that signs Slack's"
      : 'Ask your IT department for the certificate of its CA (PEM), and set Butler.slackConfig.caFile (or the variable NODE_EXTRA_CA_CERTS) to that file',
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

/** Cut to 200 characters: the error may contain a page sent by any server. */
const shortened = (text: string): string => text.slice(0, 200);
