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
 * One message in two forms: Slack shows `richText`, in which nothing is markup; `text` is used for
 * notifications, screen readers and search.
 */
export interface SlackMessage {
  readonly text: string;
  readonly richText: readonly RichText[];
}

export interface ComposedMessage extends SlackMessage {
  /** How many of the events, counted from the first, it includes. */
  readonly eventCount: number;
}

export interface ComposeOptions {
  readonly now: Date;
  /** Maximum length of `text`. A single line may be longer. */
  readonly longestText: number;
  /** Maximum length of `richText` as JSON. A single line may be longer. */
  readonly longestJson: number;
  readonly mostLines: number;
  /** Older events dropped because the outbox was full, to be reported in the message. */
  readonly leftOut: number;
}

/** "For best results, limit the number of characters in the text field to 4,000" (chat.postMessage). */
export const recommendedTextLength = 4000;
/** Slack refuses blocks whose JSON has more than about 13,000 characters (`msg_blocks_too_long`). */
export const safeJsonLength = 12_000;

/** An event posted later than this is shown with its time, ms. */
const lateAfterMs = 60_000;
/** The number of lines from which a heading says how many there are. */
const headingFrom = 3;
/** Slack's date format, shown in the reader's time zone ("Formatting message text", dates). */
const dateFormat = '{date_short_pretty} {time_secs}';

/**
 * Joins the lines of as many events, in order, as fit into one message. There must be at least one.
 */
export function composeMessage(
  events: readonly SlackEvent[],
  options: ComposeOptions,
): ComposedMessage {
  const note =
    options.leftOut > 0
      ? [bold(`${options.leftOut} older events were dropped: too many were waiting`)]
      : [];
  // Leaves space for the heading, whatever the number of lines.
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

/** A message that tests whether messages arrive. */
export function composeTestMessage(hostName: string): SlackMessage {
  const line: RichText[] = [
    { type: 'text', text: `⚪ Test message from Blinky Light on ${oneLine(hostName)}` },
  ];
  return { text: plain(line), richText: line };
}

/** A line break takes the least space in the text that follows it. */
function onNewLine([first, ...rest]: readonly RichText[]): RichText[] {
  if (first?.type !== 'text') throw new TypeError('a line begins with a text');
  return [{ ...first, text: `\n${first.text}` }, ...rest];
}

const bold = (text: string): RichText => ({ type: 'text', text, style: { bold: true } });

const heading = (count: number): RichText => bold(`${count} events`);

/** `🟢 Open connection for user LAB/goran on sense1`, in Butler's words, plus what else is known. */
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
 * As text, which Slack accepts too: given objects, the library would copy each element and
 * serialize it twice more, for a log that is off.
 */
export const blocksOf = ({ richText }: SlackMessage): string =>
  JSON.stringify([
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: richText }] },
  ]);

/** Line breaks would start a quote or fake a line; direction marks would disguise a name. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/**
 * The elements as message text. A date is written out: as markup it takes as much space as the rest
 * of its line, and readers see the one in the blocks.
 */
function plain(elements: readonly RichText[]): string {
  return elements
    .map((element) => escapeText(element.type === 'text' ? element.text : element.fallback))
    .join('');
}

/** Only these three characters are special ("Escaping text"). */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
