import { codeOf, messageOf } from '../platform/errors.ts';

/** The state can't be opened; explained for users. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

interface Explanation {
  /** Whether this is the failure. */
  readonly applies: (code: string, message: string) => boolean;
  readonly says: (directory: string) => string;
  readonly remedy: string;
}

/** Shared by the failures that a failing card may cause. */
const replaceCard =
  'Back up the configuration and replace the SD card or disk; it is failing (`journalctl -k` shows its errors)';

const full = (code: string, message: string) => code === 'ENOSPC' || /no space left/i.test(message);
const overQuota = (code: string, message: string) =>
  code === 'EDQUOT' || /quota exceeded/i.test(message);

/**
 * The meaning of each failure; the first match counts. LevelDB reports some in its message only.
 */
const explanations: readonly Explanation[] = [
  {
    applies: (code) => code === 'LEVEL_LOCKED',
    says: (directory) => `the state directory ${directory} is in use by another Blinky`,
    remedy: 'Stop the other one, or set a different Butler.stateDirectory for this one',
  },
  {
    applies: (code, message) =>
      code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(message),
    says: (directory) => `no permission to write to the state directory ${directory}`,
    remedy:
      'Make the user that runs Blinky its owner, or set Butler.stateDirectory to a directory of that user',
  },
  {
    applies: full,
    says: (directory) => `the disk of the state directory ${directory} is full`,
    remedy: 'Free space on that disk; Blinky then continues automatically',
  },
  {
    applies: overQuota,
    says: (directory) => `the disk quota for the state directory ${directory} is used up`,
    remedy: 'Raise the quota or delete files; Blinky then continues automatically',
  },
  {
    applies: (code, message) => code === 'EROFS' || /read-only file system/i.test(message),
    says: (directory) => `the disk of the state directory ${directory} is read-only`,
    remedy:
      'Replace the card, or mount it read-write. Linux makes a failing disk read-only (`journalctl -k` shows why)',
  },
  {
    applies: (code, message) => code === 'EIO' || /input\/output error/i.test(message),
    says: (directory) => `the disk of the state directory ${directory} can't be read or written`,
    remedy: replaceCard,
  },
  {
    applies: (code, message) =>
      code === 'EMFILE' || code === 'ENFILE' || /too many open files/i.test(message),
    says: (directory) =>
      `the state directory ${directory} can't be used: too many files and connections are open`,
    remedy:
      'Raise LimitNOFILE= of the service, or lower Butler.brokerConfig.limits.clients; Blinky retries automatically',
  },
  {
    applies: (code) => code === 'EEXIST' || code === 'ENOTDIR',
    says: (directory) => `the state directory ${directory} is a file, or inside one`,
    remedy: 'Move that file away, or set Butler.stateDirectory to a directory',
  },
];

/** What a failure to open or write the state means, and how to fix it. */
export function stateUnavailable(error: unknown, directory: string): StateUnavailable {
  if (error instanceof StateUnavailable) return error;
  const { code, message } = causeOf(error);
  const found = explanations.find(({ applies }) => applies(code, message));
  const options = { cause: error };
  if (found) return new StateUnavailable(found.says(directory), found.remedy, options);
  if (isDamage(error)) {
    return new StateUnavailable(
      `the database in the state directory ${directory} is damaged (${message})`,
      'Blinky repairs it automatically, as far as it can be read. If this happens again, replace the SD card',
      options,
    );
  }
  return new StateUnavailable(
    `the state directory ${directory} can't be used (${message})`,
    'Check that its disk is mounted and writable',
    options,
  );
}

/** Whether a database error means that the stored data is damaged or partly missing. */
export function isDamage(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return (
    code === 'LEVEL_CORRUPTION' ||
    /corrupt/i.test(message) ||
    (code === 'LEVEL_IO_ERROR' && /no such file|input\/output error/i.test(message))
  );
}

/** Whether an error of the database or a file means that there is no room. */
export function isOutOfRoom(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return full(code, message) || overQuota(code, message);
}

/** The cause of a database error, if it came from LevelDB. */
function causeOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { code: codeOf(cause) ?? '', message: messageOf(cause) };
}
