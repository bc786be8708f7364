/** The folders that the card's settings are read from and written to. */
export type Place =
  /** Accepted settings, on the state partition. */
  | 'state'
  /** Current settings, until the next start. */
  | 'run'
  /** The FAT partition, which every computer can read. */
  | 'card'
  /** Credentials for services (systemd.exec(5), `ImportCredential=`). */
  | 'credentials'
  /** On the state partition: the last content of `run` and `credentials`. */
  | 'lastRun'
  | 'lastCredentials'
  /** Texts above the login prompt (agetty(8)). */
  | 'issue';

/** A file to write or delete. Each step is safe on disk before the next one starts. */
export interface Step {
  readonly place: Place;
  readonly file: string;
  /** Undefined: delete the file. */
  readonly content: string | undefined;
  /** Permissions, e.g. `0o640`; the FAT partition has none. */
  readonly mode?: number;
}

/** A line of `result.txt`. */
export interface Note {
  /** `wrong` is a problem that the user must fix. */
  readonly kind: 'fine' | 'hint' | 'wrong';
  readonly text: string;
}

/**
 * The meaning of one file on the card: notes for the user, and steps in order. The power may fail
 * between any two steps; the next start must then lead to the same result.
 */
export interface Understood {
  readonly notes: readonly Note[];
  readonly steps: readonly Step[];
}

export const fine = (text: string): Note => ({ kind: 'fine', text });
export const hint = (text: string): Note => ({ kind: 'hint', text });
export const wrong = (text: string): Note => ({ kind: 'wrong', text });

/** Permissions: root only, also the service, everyone. */
export const modes = { secret: 0o600, service: 0o640, open: 0o644 } as const;
