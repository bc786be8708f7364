import Bowser from 'bowser';
import type { UserEvent } from '../events/user-event.ts';
import { fit } from './text.ts';

export type UserAgent = Pick<UserEvent, 'browser' | 'os'>;

/**
 * The proxy writes `UserAgent: '…'` at the end; other versions and relays omit the quotes, use double
 * quotes or write the label differently.
 */
const label = /user[- _]?agent["']?\s{0,9}[:=]\s{0,9}/i;
const usualLabel = "UserAgent: '";

/** Longer than any browser's user agent, in characters. */
const longestUserAgent = 2000;

/** Cached browsers: recognising one takes about 100 patterns, and an office has only a few. */
const rememberedBrowsers = 500;

/** Creates the function that finds the browser and operating system in an event's full message. */
export function createUserAgentReader(): (message: string) => UserAgent {
  const known = new Map<string, UserAgent>();
  return (message) => {
    const text = userAgentIn(message);
    if (text === '') return {};
    const seen = known.get(text);
    if (seen) return seen;
    if (known.size >= rememberedBrowsers) known.clear();
    const recognised = recognise(text);
    known.set(ownCopy(text), recognised);
    return recognised;
  };
}

/** Returns the text from the quote after the label to the last such quote; it may contain others. */
function userAgentIn(message: string): string {
  let start = message.indexOf(usualLabel) + usualLabel.length;
  if (start < usualLabel.length) {
    const found = label.exec(message);
    if (!found) return '';
    start = found.index + found[0].length;
    const first = message.charAt(start);
    if (first !== "'" && first !== '"') return fit(message.slice(start), longestUserAgent);
    start += 1;
  }
  const end = message.lastIndexOf(message.charAt(start - 1));
  return fit(end < start ? message.slice(start) : message.slice(start, end), longestUserAgent);
}

/** A substring keeps the whole text in memory; a copy doesn't. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
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
