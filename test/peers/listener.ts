import type { TestContext } from 'node:test';
import mqtt from 'mqtt';
import { waitFor } from '../support/wait-for.ts';

/** Somebody who hears everything. */
export interface Listener {
  readonly messages: readonly { readonly topic: string; readonly payload: string }[];
  last(topic: string): string | undefined;
}

/** Subscribes to everything with a session that survives the broker's stops. */
export async function listen(
  context: TestContext,
  url: string,
  options: mqtt.IClientOptions = {},
): Promise<Listener> {
  const client = mqtt.connect(url, {
    clientId: 'listener',
    clean: false,
    reconnectPeriod: 100,
    ...options,
  });
  client.on('error', () => {});
  context.after(() => client.endAsync(true));
  const messages: { topic: string; payload: string }[] = [];
  client.on('message', (topic, payload) => messages.push({ topic, payload: payload.toString() }));
  await waitFor('the listener', () => client.connected, 30_000);
  await client.subscribeAsync('#', { qos: 1 });
  return {
    messages,
    last: (topic) => messages.findLast((one) => one.topic === topic)?.payload,
  };
}

/** The numbers of the users u0, u1, … in the events heard, in order. */
export const numbersIn = ({ messages }: Listener): number[] =>
  messages
    .filter(({ topic }) => topic === 'blinky/event')
    .map(({ payload }) => Number((JSON.parse(payload) as { userId: string }).userId.slice(1)));
