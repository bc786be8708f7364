import Bowser from 'bowser';
import type { UserEvent } from '../events/user-event.ts';

export type UserAgent = Pick<UserEvent, 'browser' | 'os'>;

/** The proxy puts the browser's own words last, in single quotes; old files leave those out. */
const userAgentAtEnd = /UserAgent: (?:'([^']+)'?|([^'].*))$/;

/** Recognising a browser takes about a hundred patterns, and an office has only a few browsers. */
const rememberedBrowsers = 500;

/** Makes the function that finds browser and operating system in an event's message. */
export function createUserAgentReader(): (message: string) => UserAgent {
  const known = new Map<string, UserAgent>();
  return (message) => {
    const match = userAgentAtEnd.exec(message);
    const text = match?.[1] ?? match?.[2];
    if (!text) return {};
    const seen = known.get(text);
    if (seen) return seen;
    if (known.size >= rememberedBrowsers) known.clear();
    const recognised = recognise(text);
    known.set(text, recognised);
    return recognised;
  };
}

function recognise(text: string): UserAgent {
  const { browser, os } = Bowser.parse(text);
  const majorVersion = browser.version?.split('.')[0];
  const osVersion = os.versionName ?? os.version;
  return {
    ...(browser.name && {
      browser: { name: browser.name, ...(majorVersion && { majorVersion }) },
    }),
    ...(os.name && { os: { name: os.name, ...(osVersion && { version: osVersion }) } }),
  };
}
