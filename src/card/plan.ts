/** The folders that the card's settings come from and go to. */
export type Place =
  /** What was accepted, kept on the state partition. */
  | 'state'
  /** What is in force until the next start. */
  | 'run'
  /** The FAT partition that every computer can read. */
  | 'card'
  /** Credentials for services (systemd.exec(5), `ImportCredential=`). */
  | 'credentials'
  /** On the state partition: what `run` and `credentials` held last. */
  | 'lastRun'
  | 'lastCredentials'
  /** Texts above the login prompt (agetty(8)). */
  | 'issue';

/** One file to write, or to remove. Each is safe on disk before the next begins. */
export interface Step {
  readonly place: Place;
  readonly file: string;
  /** Undefined: the file goes. */
  readonly content: string | undefined;
  /** Permissions, e.g. `0o640`; the FAT partition has none. */
  readonly mode?: number;
}

/** One line of `result.txt`. */
export interface Note {
  /** `wrong` asks somebody to mend something. */
  readonly kind: 'fine' | 'hint' | 'wrong';
  readonly text: string;
}

/**
 * What one file of the card means: what to tell its author, and what to write, in this order. The
 * power may fail between any two steps; the next start must then come to the same end.
 */
export interface Understood {
  readonly notes: readonly Note[];
  readonly steps: readonly Step[];
}

export const fine = (text: string): Note => ({ kind: 'fine', text });
export const hint = (text: string): Note => ({ kind: 'hint', text });
export const wrong = (text: string): Note => ({ kind: 'wrong', text });

/** Permissions: for root alone, for the service too, for everybody. */
export const modes = { secret: 0o600, service: 0o640, open: 0o644 } as const;
