import { join } from 'node:path';
import { replaceFile } from '../platform/replace-file.ts';

/** The ports that this appliance announces on the network; undefined for a service that is off. */
export interface AnnouncedPorts {
  readonly mqtt: number | undefined;
  readonly web: number | undefined;
}

/** Service types as IANA registered them (RFC 6763, section 7), in the order of the text. */
const types = { web: '_http._tcp', mqtt: '_mqtt._tcp' } as const;

/** The services for Avahi, which publishes them over mDNS (avahi.service(5)). */
export function announcement(ports: AnnouncedPorts): string {
  const services = (['web', 'mqtt'] as const).flatMap((name) => {
    const port = ports[name];
    return port === undefined
      ? []
      : [`  <service><type>${types[name]}</type><port>${port}</port></service>`];
  });
  return [
    '<?xml version="1.0" standalone="no"?>',
    '<!DOCTYPE service-group SYSTEM "avahi-service.dtd">',
    '<service-group>',
    '  <name replace-wildcards="yes">Blinky Light on %h</name>',
    ...services,
    '</service-group>',
    '',
  ].join('\n');
}

/**
 * Writes the announcement for `blinky-announce.path` to install, since the appliance has no permission
 * to write Avahi's files. It is written at each start, so that it always has the current ports.
 * @param runtimeDirectory what systemd passes as `RuntimeDirectory=` (systemd.exec(5)); without it,
 *   nothing is announced
 * @throws Error when it can't be written
 */
export function announce(runtimeDirectory: string | undefined, ports: AnnouncedPorts): void {
  if (!runtimeDirectory) return;
  replaceFile(join(runtimeDirectory, 'announcement'), announcement(ports), { mode: 0o644 });
}
