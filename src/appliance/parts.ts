import type { PartDescription } from './part.ts';

/**
 * Everything that the appliance consists of, in the order in which it starts; it stops in reverse.
 * The sinks among them get each event in this order: the broker's subscribers wait for none of the
 * others. A part whose faults need a person has a fault code.
 */
export const parts = [
  { name: 'configuration', label: 'Configuration', faultCode: 'configuration' },
  { name: 'state', label: 'Storage', faultCode: 'storage' },
  { name: 'lights', label: 'Lights', faultCode: 'lights' },
  { name: 'clock', label: 'Clock' },
  // Datagrams are taken from here on; events wait in the inboxes of sinks that still start.
  { name: 'udp', label: 'Events from Sense', faultCode: 'events' },
  { name: 'home assistant', label: 'Home Assistant' },
  { name: 'sign-in', label: 'Sign-in' },
  { name: 'mqtt', label: 'MQTT broker', faultCode: 'broker', stores: 'broker' },
  { name: 'mqtt tls', label: 'MQTT with TLS', faultCode: 'broker' },
  { name: 'mqtt limits', label: 'Limits of the MQTT broker' },
  { name: 'active users', label: 'Active users', stores: 'active-users' },
  {
    name: 'upstream',
    label: 'Upstream broker',
    faultCode: 'remote-broker',
    stores: 'upstream-outbox',
  },
  { name: 'upstream outbox', label: 'Upstream outbox', faultCode: 'storage' },
  { name: 'slack', label: 'Slack', faultCode: 'slack', stores: 'slack-outbox' },
  { name: 'slack outbox', label: 'Slack outbox', faultCode: 'storage' },
  { name: 'web', label: 'This page', faultCode: 'web', stores: 'history' },
  // What has stored something has loaded it by now.
  { name: 'start guard', label: 'Start guard' },
  { name: 'satellite', label: 'Source broker', faultCode: 'remote-broker' },
  { name: 'button', label: 'Button', faultCode: 'button' },
  { name: 'network', label: 'Network', faultCode: 'network' },
] as const satisfies readonly PartDescription[];

export type PartName = (typeof parts)[number]['name'];

/** The namespace that loads with a part, by the part's name or its sink's. */
export function namespaceOf(loading: string): string | undefined {
  const rows: readonly PartDescription[] = parts;
  return rows.find(({ name, stores }) => name === loading || stores === loading)?.stores;
}

/** The same parts in the order of the table. */
export function inOrder<One extends { readonly name: PartName }>(some: readonly One[]): One[] {
  const place = ({ name }: One) => parts.findIndex((row) => row.name === name);
  return [...some].sort((one, other) => place(one) - place(other));
}
