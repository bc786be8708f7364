import { type Colour, colours } from '../../hardware/lamp.ts';
import { ownTopics } from './topics.ts';

export interface RequestOptions {
  readonly testBlink: (colour: Colour) => void;
  /** Where Home Assistant says that it has started, and what takes that. */
  readonly homeAssistant: {
    readonly birthTopic: string;
    heardBirth(payload: string): void;
  };
}

/** Does what clients of a broker ask of the appliance, on topics as they are on its own. */
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
