import { BlockList, isIP } from 'node:net';

/**
 * Whether `NO_PROXY` says to reach this server without a proxy. As in curl, a name matches itself
 * and its subdomains, with or without a leading dot; addresses may be ranges (`10.0.0.0/8`); `*`
 * matches everything. Unlike in curl, `*.example.com` means `.example.com`, and an entry with a
 * port matches only that port.
 * @param list entries separated by commas or blanks
 */
export function isWithoutProxy(list: string, { hostname, port, protocol }: URL): boolean {
  const host = withoutBrackets(hostname).toLowerCase().replace(/\.$/, '');
  const wantedPort = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const { name, port: onlyPort } = splitPort(entry);
      if (onlyPort !== undefined && onlyPort !== wantedPort) return false;
      return isIP(host) ? isInRange(host, name) : isSameOrBelow(host, name);
    });
}

const withoutBrackets = (text: string): string => text.replace(/^\[(.*)\]$/, '$1');

/** An IPv6 address contains colons; with a port it is in brackets. */
function splitPort(entry: string): { name: string; port: string | undefined } {
  const [, bracketed, bracketedPort] = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { name: bracketed, port: bracketedPort };
  const [, name = entry, port] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return { name, port };
}

function isSameOrBelow(host: string, name: string): boolean {
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(host: string, range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || version !== isIP(host)) return false;
  const longest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list.check(host, family);
}
