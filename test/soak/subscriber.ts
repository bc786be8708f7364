import mqtt from 'mqtt';
import { z } from 'zod';
import { Arrivals } from './numbered-events.ts';

const eventMessage = z.object({ command: z.string(), userId: z.string() });

/** A QoS 1 client with a persistent session that stays, and misses nothing. */
export interface SteadySubscriber {
  readonly arrivals: Arrivals;
  close(): Promise<void>;
}

/** Resolves when it has subscribed. */
export async function connectSubscriber(port: number): Promise<SteadySubscriber> {
  const arrivals = new Arrivals();
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    clientId: 'soak-subscriber',
    clean: false,
    reconnectPeriod: 500,
  });
  client.on('error', () => {});
  client.on('message', (_topic, payload) => {
    const { command, userId } = eventMessage.parse(JSON.parse(payload.toString()));
    arrivals.add(command, userId);
  });
  await client.subscribeAsync('blinky/event', { qos: 1 });
  return { arrivals, close: () => client.endAsync(true) };
}
