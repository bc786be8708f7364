import { isIP } from 'node:net';
import {
  isIPv4Mapped,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
} from '../platform/addresses.ts';

/** Why a text can't be the appliance's address in an appender file. */
export interface AddressProblem {
  /** A clause that starts with the text in quotes. */
  readonly message: string;
  /** Whether the text has a port, which is a separate setting. */
  readonly hasPort: boolean;
}

/** Longest host name (RFC 1035, section 2.3.4). */
const longestName = 253;

/**
 * Finds why log4net can't send to an address as typed by the user; undefined for an address or host
 * name that can work. log4net itself reports nothing: it drops the appender.
 */
export function addressProblem(text: string): AddressProblem | undefined {
  const isIPAddress = isIP(text) !== 0 && !text.includes('%');
  const what = isIPAddress ? unusableAddress(text) : (notation(text) ?? unusableName(text));
  if (what === undefined) return undefined;
  return { message: `"${shown(text)}" ${what}`, hasPort: what === withPort };
}

/** Whether a text without problems is a name, which the Sense server must look up. */
export const isHostName = (text: string): boolean => isIP(text) === 0;

const withPort = 'includes a port';

/** A valid IP address to which nothing can be sent from another machine. */
function unusableAddress(text: string): string | undefined {
  if (isUnspecified(text)) {
    return 'means every address when listening; nothing can be sent to it';
  }
  if (isLoopback(text)) return loopback;
  if (isMulticast(text)) return 'is a multicast address; Blinky does not listen on those';
  if (isIPv4Mapped(text)) return 'is an IPv4 address in IPv6 notation';
  if (isLinkLocal(text)) {
    return 'is a link-local IPv6 address, which works only with a zone ID of the Sense server';
  }
  if (/^0\./.test(text)) return 'is not the address of a machine';
  if (/^(24\d|25[0-5])\./.test(text)) return 'is a broadcast or reserved address';
  return undefined;
}

const loopback = 'always means the machine itself: on the Sense server, that is the Sense server';

/** Recognises text that is neither an address nor a host name. */
function notation(text: string): string | undefined {
  if (text === '') return 'is not an address';
  if (text.length > longestName) return 'is too long';
  if (/\s/.test(text.trim())) return 'contains a space; use one address';
  if (text !== text.trim()) return 'starts or ends with a space';
  const foreign = /[^\x21-\x7e]/u.exec(text)?.[0];
  if (foreign !== undefined) {
    return `contains ${describeCharacter(foreign)}, which is not allowed in an address`;
  }
  if (/^([a-z][a-z\d+.-]*:)?\/\//i.test(text)) return 'is a URL, not an address';
  if (/^[\d.]+\/\d+$|^[\da-f:]+\/\d+$/i.test(text)) return 'is a range of addresses';
  if (text.includes('/')) return 'contains a path';
  if (text.includes('%')) return 'contains a zone ID, which is different on each machine';
  if (/^\[.*\]:\d*$/.test(text)) return withPort;
  if (/^\[.*\]$/.test(text)) return 'is in brackets, which belong in URLs only';
  if (/^([\da-f]{2}[:-]){5}[\da-f]{2}$/i.test(text)) return 'is a MAC address, not an IP address';
  if (/^[^:]*:\d*$/.test(text)) return withPort;
  if (text.includes(':')) return 'is not a valid IPv6 address';
  if (/^\d+(?:,\d+)+$/.test(text)) return 'has commas instead of dots';
  if (isSeveral(text)) return 'is more than one address; use one';
  return undefined;
}

const isSeveral = (text: string): boolean =>
  text.split(/[,;|]/).filter((part) => part.includes('.')).length > 1;

/** Recognises a host name (RFC 1123, section 2.1) that can't be looked up, or is meant as an address. */
function unusableName(text: string): string | undefined {
  if (text.endsWith('.')) return 'ends with a dot';
  const labels = text.split('.');
  if (labels.includes('')) return 'has nothing between two dots';
  const odd = /[^\w.-]/.exec(text)?.[0];
  if (odd !== undefined) {
    return `contains ${describeCharacter(odd)}, which is not allowed in an address`;
  }
  if (isMeantAsIPv4(labels)) return `is not a valid IPv4 address${ipv4Detail(labels)}`;
  if (text.includes('_')) return 'contains an underscore, which is not allowed in host names';
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) {
    return 'has a part that starts or ends with a hyphen';
  }
  if (labels.some((label) => label.length > 63)) return 'has a part of more than 63 characters';
  if (/^(?:(?:.*\.)?localhost(?:\.localdomain)?|ip6-(?:localhost|loopback))$/i.test(text)) {
    return loopback;
  }
  return undefined;
}

/** A name that ends in a number is read as an address (WHATWG URL, "ends in a number"). */
function isMeantAsIPv4(labels: readonly string[]): boolean {
  const isNumber = (label: string) => /^(?:\d+|0x[\da-f]*)$/i.test(label);
  if (isNumber(labels.at(-1) ?? '')) return true;
  return labels.length === 4 && labels.filter(isNumber).length === 3;
}

function ipv4Detail(labels: readonly string[]): string {
  const tooLarge = labels.find((label) => /^\d+$/.test(label) && Number(label) > 255);
  if (tooLarge !== undefined && labels.length > 1) return `: ${tooLarge} is more than 255`;
  if (labels.length !== 4) return ': it needs four numbers, such as 10.0.0.5';
  const padded = labels.find((label) => /^0\d+$/.test(label));
  if (padded !== undefined) return `: ${padded} starts with a zero`;
  return '';
}

/** Describes a character, invisible ones by number. */
function describeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isVisible = /[\p{L}\p{N}\p{P}\p{S}]/u.test(character);
  return isVisible
    ? `"${character}"`
    : `an invisible character (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
}

/** Shortens what the user typed to one line. */
const shown = (text: string): string => {
  const visible = text.replace(/[\p{C}\p{Z}]/gu, ' ');
  return visible.length > 60 ? `${visible.slice(0, 60)}…` : visible;
};
