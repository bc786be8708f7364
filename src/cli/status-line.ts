import { styleText } from 'node:util';
import { type Colour, colours, lampRows } from '../../hardware/lamp.ts';
import type { UserEvent } from '../events/user-event.ts';
import { userName } from '../events/user-event.ts';
import type { Sink } from '../fan-out/sink.ts';
import { recordOf } from '../platform/record-of.ts';
import type { Output } from './environment.ts';

/** Moves to the first column and clears the line (ECMA-48, CR and EL). */
const clearLine = '\r\x1b[K';

/** Columns that the lights need, including a space before them. */
const lightsWidth = colours.reduce((width, colour) => width + '○  '.length + colour.length + 1, 1);
/** Columns left empty at the end of the line. */
const spare = 3;
/** Minimum columns of the text, however narrow the terminal is. */
const leastText = 5;

/**
 * The last line of the terminal: the lights, the number of events and the latest one. Log lines
 * appear above it.
 */
export class StatusLine implements Sink {
  readonly name = 'terminal';
  readonly #output: Output;
  readonly #colours: boolean;
  readonly #lit = recordOf(colours, () => false);
  #events = 0;
  #latest = 'waiting for the first event';
  #shown = '';

  constructor(output: Output, colours: boolean) {
    this.#output = output;
    this.#colours = colours;
  }

  async start(): Promise<void> {
    this.#draw();
  }

  accept(event: UserEvent): void {
    this.#events += 1;
    this.#latest = `${event.command} for user ${userName(event)} on ${event.host}`;
    this.#draw();
  }

  showLight(colour: Colour, lit: boolean): void {
    this.#lit[colour] = lit;
    this.#draw();
  }

  /** Writes a line above the status line. */
  writeLine(line: string): void {
    this.#output.write(`${this.#shown ? clearLine : ''}${line}\n${this.#shown}`);
  }

  async stop(): Promise<void> {
    if (this.#shown) this.#output.write(clearLine);
    this.#shown = '';
  }

  #draw(): void {
    const count = `${this.#events} event${this.#events === 1 ? '' : 's'}`;
    const width = Math.max(this.#output.columns - lightsWidth - spare, leastText);
    const text = `${count}, latest: ${this.#latest}`.slice(0, width);
    const next = ` ${colours.map((colour) => `${this.#light(colour)} ${colour}  `).join('')}${text}`;
    if (next === this.#shown) return;
    this.#shown = next;
    this.#output.write(`${clearLine}${next}`);
  }

  #light(colour: Colour): string {
    const mark = this.#lit[colour] ? '●' : '○';
    if (!this.#colours) return mark;
    return styleText(this.#lit[colour] ? lampRows[colour].terminal : 'gray', mark, {
      validateStream: false,
    });
  }
}
