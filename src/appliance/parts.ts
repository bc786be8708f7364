import type { PartDescription } from './part.ts';

/**
 * All parts of the appliance, in the order in which they start; they stop in reverse order. Sinks get
 * each event in this order, so the broker's subscribers don't wait for the others. A part whose
 * faults need attention has a fault code.
 */
export const parts = [
  { name: 'configuration', label: 'Configuration', faultCode: 'configuration' },
  { name: 'state', label: 'Storage', faultCode: 'storage' },
  { name: 'lights', label: 'Lights', faultCode: 'lights' },
  { name: 'clock', label: 'Clock' },
  // Datagrams are received from here on; events wait in the inboxes of sinks that haven't started.
  { name: 'udp', label: 'Events from Sense', faultCode: 'events' },
  { name: 'home assistant', label: 'Home Assistant' },
  { name: 'sign-in', label: 'Sign-in' },
  { name: 'mqtt', label: 'MQTT broker', faultCode: 'broker', stores: 'broker' },
  { name: 'mqtt tls', label: 'MQTT with TLS', faultCode: 'broker' },
  { name: 'mqtt limits', label: 'MQTT broker limits' },
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
  // By now, every part that stores something has loaded it.
  { name: 'start guard', label: 'Start guard' },
  { name: 'satellite', label: 'Source broker', faultCode: 'remote-broker' },
  { name: 'button', label: 'Button', faultCode: 'button' },
  { name: 'network', label: 'Network', faultCode: 'network' },
] as const satisfies readonly PartDescription[];

export type PartName = (typeof parts)[number]['name'];

/** Returns the namespace that a part loads, by the part's name or its sink's. */
export function namespaceOf(loading: string): string | undefined {
  const rows: readonly PartDescription[] = parts;
  return rows.find(({ name, stores }) => name === loading || stores === loading)?.stores;
}

/** Sorts parts in the order of the table. */
export function inOrder<One extends { readonly name: PartName }>(some: readonly One[]): One[] {
  const place = ({ name }: One) => parts.findIndex((row) => row.name === name);
  return [...some].sort((one, other) => place(one) - place(other));
}
