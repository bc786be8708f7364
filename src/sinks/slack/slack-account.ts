import type { SlackMessage } from './message.ts';
import { type PermanentFailure, type PostOutcome, SlackClient } from './slack-client.ts';
import type { TokenResult } from './token.ts';

export interface SlackAccountOptions {
  readonly channel: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly readToken: () => Promise<TokenResult>;
}

/** The channel, and the token that opens it. The token is read anew after every lasting failure. */
export class SlackAccount {
  readonly #options: SlackAccountOptions;
  #client: SlackClient | undefined;
  /** What was found in the token's place at the last reading. */
  #found: string | undefined;

  constructor(options: SlackAccountOptions) {
    this.#options = options;
  }

  /**
   * Posts one message. Never rejects.
   * @param plainly without blocks, for a Slack that refuses them
   */
  async post(message: SlackMessage, plainly: boolean): Promise<PostOutcome> {
    const client = this.#client ?? (await this.#open());
    if (!(client instanceof SlackClient)) return client;
    const outcome = await client.post(this.#options.channel, message, plainly);
    if (outcome.kind === 'permanent') this.#client = undefined;
    return outcome;
  }

  /** What keeps it from posting, as far as can be told without asking Slack. */
  async problem(): Promise<PermanentFailure | undefined> {
    const client = this.#client ?? (await this.#open());
    return client instanceof SlackClient ? undefined : client;
  }

  /** Whether another token is there than the one that failed. */
  async tokenChanged(): Promise<boolean> {
    return foundIn(await this.#options.readToken()) !== this.#found;
  }

  /** Gives up the call under way. */
  abort(): void {
    this.#client?.abort();
  }

  async #open(): Promise<SlackClient | PermanentFailure> {
    const { apiUrl, readToken, timeoutMs } = this.#options;
    const result = await readToken();
    this.#found = foundIn(result);
    if (result.token === undefined) {
      return { kind: 'permanent', message: result.problem, remedy: result.remedy };
    }
    this.#client = new SlackClient({ token: result.token, apiUrl, timeoutMs });
    return this.#client;
  }
}

const foundIn = (result: TokenResult): string => result.token ?? result.problem;
