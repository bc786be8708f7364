import type { Colour } from '../../hardware/lamp.ts';
import { ownTopics } from '../publications/topics.ts';

export interface RequestOptions {
  readonly testBlink: (colour: Colour) => void;
}

/** Does what a client of a broker may ask of the appliance. */
export function createRequestHandler({ testBlink }: RequestOptions) {
  return (topic: string, payload: Buffer): void => {
    const text = payload.toString().trim();
    if (topic === ownTopics.blink && (text === 'green' || text === 'red')) testBlink(text);
  };
}
