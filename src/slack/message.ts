import { kinds } from '../events/kinds.ts';
import { userName } from '../events/user-event.ts';
import type { SlackEvent } from './slack-event.ts';

/** The elements of a rich text section that we use (Block Kit reference, "Rich text block"). */
export type RichText =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold: true } }
  | {
      readonly type: 'date';
      /** Seconds since 1970. */
      readonly timestamp: number;
      readonly format: string;
      readonly fallback: string;
    };

/**
 * One message, twice: Slack shows `richText`, where nothing is markup; `text` is for notifications,
 * screen readers and search.
 */
export interface SlackMessage {
  readonly text: string;
  readonly richText: readonly RichText[];
}

export interface ComposedMessage extends SlackMessage {
  /** How many of the events, from the first on, are in it. */
  readonly eventCount: number;
}

export interface ComposeOptions {
  readonly now: Date;
  /** The longest `text`. One line alone may be longer. */
  readonly longestText: number;
  /** The longest `richText`, as JSON. One line alone may be longer. */
  readonly longestJson: number;
  readonly mostLines: number;
  /** Older events that the outbox had no room for, to own up to. */
  readonly leftOut: number;
}

/** "For best results, limit the number of characters in the text field to 4,000" (chat.postMessage). */
export const recommendedTextLength = 4000;
/** Slack refuses blocks whose JSON has more than about 13,000 characters (`msg_blocks_too_long`). */
export const safeJsonLength = 12_000;

/** An event that is posted later than this bears its time, ms. */
const lateAfterMs = 60_000;
/** From so many lines on, a heading says how many there are. */
const headingFrom = 3;
/** Slack's own words for a date in the reader's time zone ("Formatting message text", dates). */
const dateFormat = '{date_short_pretty} {time_secs}';

/** Joins the lines of as many events, in order, as one message takes. There must be at least one. */
export function composeMessage(
  events: readonly SlackEvent[],
  options: ComposeOptions,
): ComposedMessage {
  const note =
    options.leftOut > 0
      ? [bold(`${options.leftOut} older events were left out: too many were waiting`)]
      : [];
  // Room for the heading, however many lines there will be.
  const room =
    options.longestText - plain([...note, heading(events.length)]).length - 2 * '\n'.length;

  const lines: RichText[][] = [];
  let length = 0;
  let jsonLength = JSON.stringify([...note, heading(events.length)]).length;
  for (const event of events) {
    const line = lineOf(event, options.now);
    length += plain(line).length + '\n'.length;
    jsonLength += JSON.stringify(line).length + '\\n'.length;
    const isFull =
      length > room || jsonLength > options.longestJson || lines.length >= options.mostLines;
    if (lines.length > 0 && isFull) break;
    lines.push(line);
  }
  const headings = lines.length >= headingFrom ? [[heading(lines.length)]] : [];
  const all = [...note.map((element) => [element]), ...headings, ...lines];
  return {
    text: all.map(plain).join('\n'),
    richText: all.flatMap((line, index) => (index === 0 ? line : onNewLine(line))),
    eventCount: lines.length,
  };
}

/** A message that asks whether messages arrive. */
export function composeTestMessage(hostName: string): SlackMessage {
  const line: RichText[] = [
    { type: 'text', text: `⚪ Test message from Blinky Light on ${oneLine(hostName)}` },
  ];
  return { text: plain(line), richText: line };
}

/** A line break costs least in the text that follows it. */
function onNewLine([first, ...rest]: readonly RichText[]): RichText[] {
  if (first?.type !== 'text') throw new TypeError('a line begins with a text');
  return [{ ...first, text: `\n${first.text}` }, ...rest];
}

const bold = (text: string): RichText => ({ type: 'text', text, style: { bold: true } });

const heading = (count: number): RichText => bold(`${count} events`);

/** `🟢 Open connection for user LAB/goran on sense1`, in Butler's words, and what else is known. */
function lineOf(event: SlackEvent, now: Date): RichText[] {
  const { circle, command } = kinds[event.kind];
  const words = `${command} for user ${userName(event)} on ${event.host}`;
  const extras = [event.appId && `app ${event.appId}`, event.browser].filter(Boolean);
  const text = oneLine([`${circle} ${words}`, ...extras].join(' · '));
  if (now.getTime() - event.receivedAtMs <= lateAfterMs) return [{ type: 'text', text }];
  if (event.timeUnknown) return [{ type: 'text', text: `${text} · earlier, time unknown` }];
  return [
    { type: 'text', text: `${text} · ` },
    {
      type: 'date',
      timestamp: Math.floor(event.receivedAtMs / 1000),
      format: dateFormat,
      fallback: `${new Date(event.receivedAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    },
  ];
}

/**
 * As text, which is how Slack takes them: the library would copy each element and write it out
 * twice more, for a log that is off.
 */
export const blocksOf = ({ richText }: SlackMessage): string =>
  JSON.stringify([
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: richText }] },
  ]);

/** Line breaks would begin a quotation or forge a line; marks of direction would disguise a name. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/**
 * The elements as message text. A date is written out: as markup it takes as much room as the rest
 * of its line, and readers see that of the blocks.
 */
function plain(elements: readonly RichText[]): string {
  return elements
    .map((element) => escapeText(element.type === 'text' ? element.text : element.fallback))
    .join('');
}

/** Only these three characters mean anything ("Escaping text"). */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
