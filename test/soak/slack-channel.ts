import { FakeSlack, type SlackMood } from '../support/fake-slack.ts';
import { Arrivals, everyKind } from './numbered-events.ts';
import { rest } from './rest.ts';

/** What befalls Slack, one after another, with good times in between. */
const faults: readonly SlackMood[] = [
  { kind: 'rate-limited', retryAfterS: 2 },
  { kind: 'http', status: 503 },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'rate-limited' },
  { kind: 'html' },
  { kind: 'truncated', taken: true },
  { kind: 'slow' },
];

/** A stand-in for Slack that has its good and its bad times, and what it was posted. */
export class SlackChannel {
  readonly arrivals: Arrivals;
  /** How often it had a fault. */
  faults = 0;
  readonly #server = new FakeSlack({});

  constructor(script = everyKind) {
    this.arrivals = new Arrivals(script);
  }

  get apiUrl(): string {
    return this.#server.apiUrl;
  }

  get token(): string {
    return this.#server.token;
  }

  get mood(): string {
    return this.#server.mood.kind;
  }

  /** Looks what was posted since the last look. */
  look(): void {
    for (const { shown } of this.#server.posts.splice(0)) {
      for (const [, command = '', user = ''] of shown.matchAll(
        /(\w+ \w+) for user SOAK\/(\w+) on /g,
      )) {
        this.arrivals.add(command, user);
      }
    }
  }

  async open(): Promise<void> {
    await this.#server.listen();
  }

  /** Well and ill in turn, each for `phaseMs`, until `signal` aborts; then well. */
  async run(phaseMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      await rest(phaseMs, signal);
      if (signal.aborted) break;
      this.#server.mood = faults[this.faults % faults.length] ?? { kind: 'well' };
      this.faults += 1;
      await rest(phaseMs, signal);
      this.#server.mood = { kind: 'well' };
    }
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}
