import { type Colour, colours } from '../../hardware/lamp.ts';
import { ownTopics } from './topics.ts';

export interface RequestOptions {
  readonly testBlink: (colour: Colour) => void;
  /** The topic on which Home Assistant reports its start, and the handler for it. */
  readonly homeAssistant: {
    readonly birthTopic: string;
    heardBirth(payload: string): void;
  };
}

/** Handles requests from a broker's clients; topics are without prefix. */
export function createRequestHandler({ testBlink, homeAssistant }: RequestOptions) {
  return (topic: string, payload: Buffer): void => {
    const text = payload.toString().trim();
    if (topic === homeAssistant.birthTopic) homeAssistant.heardBirth(text);
    else if (topic === ownTopics.blink) {
      const colour = colours.find((one) => one === text);
      if (colour) testBlink(colour);
    }
  };
}
