import { codeOf, messageOf } from '../platform/errors.ts';

/** The state can't be opened, in words for a person. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

interface Explanation {
  /** Whether it is this failure. */
  readonly applies: (code: string, message: string) => boolean;
  readonly says: (directory: string) => string;
  readonly remedy: string;
}

/** Shared by those that a failing card may be the cause of. */
const replaceCard =
  'The SD card or disk is failing (`journalctl -k` has its errors): save the configuration and replace it';

const full = (code: string, message: string) => code === 'ENOSPC' || /no space left/i.test(message);
const overQuota = (code: string, message: string) =>
  code === 'EDQUOT' || /quota exceeded/i.test(message);

/** What each failure means, the first that applies; LevelDB itself says some only in its message. */
const explanations: readonly Explanation[] = [
  {
    applies: (code) => code === 'LEVEL_LOCKED',
    says: (directory) => `the state directory ${directory} is in use by another blinky`,
    remedy: 'Stop the other one, or give this one a Butler.stateDirectory of its own',
  },
  {
    applies: (code, message) =>
      code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(message),
    says: (directory) => `this user may not write to the state directory ${directory}`,
    remedy:
      'Give it to the user that runs blinky, or set Butler.stateDirectory to a directory of theirs',
  },
  {
    applies: full,
    says: (directory) => `the disk of the state directory ${directory} is full`,
    remedy: 'Make room on it; the appliance goes on by itself',
  },
  {
    applies: overQuota,
    says: (directory) => `the disk quota for the state directory ${directory} is used up`,
    remedy: 'Raise the quota or delete files; the appliance goes on by itself',
  },
  {
    applies: (code, message) => code === 'EROFS' || /read-only file system/i.test(message),
    says: (directory) => `the disk of the state directory ${directory} is read-only`,
    remedy:
      'Linux makes it so when the disk fails (`journalctl -k` says why): replace the card, or mount it to be written to',
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
      'Raise LimitNOFILE= of the service, or lower Butler.brokerConfig.limits.clients; it tries again by itself',
  },
  {
    applies: (code) => code === 'EEXIST' || code === 'ENOTDIR',
    says: (directory) => `the state directory ${directory} is a file, or lies below one`,
    remedy: 'Move that file away, or set Butler.stateDirectory to a directory',
  },
];

/** What a failure to open or to write the state means, and how to fix it. */
export function stateUnavailable(error: unknown, directory: string): StateUnavailable {
  if (error instanceof StateUnavailable) return error;
  const { code, message } = causeOf(error);
  const found = explanations.find(({ applies }) => applies(code, message));
  const options = { cause: error };
  if (found) return new StateUnavailable(found.says(directory), found.remedy, options);
  if (isDamage(error)) {
    return new StateUnavailable(
      `the database in the state directory ${directory} is damaged (${message})`,
      'It is repaired by itself, as far as it can be read. If this happens again, replace the SD card',
      options,
    );
  }
  return new StateUnavailable(
    `the state directory ${directory} can't be used (${message})`,
    'Check that its disk is there and may be written to',
    options,
  );
}

/** Whether an error of the database says that what is stored is damaged, or partly missing. */
export function isDamage(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return (
    code === 'LEVEL_CORRUPTION' ||
    /corrupt/i.test(message) ||
    (code === 'LEVEL_IO_ERROR' && /no such file|input\/output error/i.test(message))
  );
}

/** Whether an error of the database or a file says that there is no room. */
export function isOutOfRoom(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return full(code, message) || overQuota(code, message);
}

/** Of an error of the database that LevelDB is the cause of, the cause. */
function causeOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { code: codeOf(cause) ?? '', message: messageOf(cause) };
}
