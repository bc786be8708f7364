/** The state can't be opened, in words for a person. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** What a failure to open or to write the state means, and how it is mended. */
export function stateUnavailable(error: unknown, directory: string): StateUnavailable {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  const options = { cause: error };
  if (code === 'LEVEL_LOCKED') {
    return new StateUnavailable(
      `the state directory ${directory} is in use by another blinky`,
      'Stop the other one, or give this one a Butler.stateDirectory of its own',
      options,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(message)) {
    return new StateUnavailable(
      `this user may not write to the state directory ${directory}`,
      'Give it to the user that runs blinky, or set Butler.stateDirectory to a directory of theirs',
      options,
    );
  }
  if (code === 'ENOSPC' || /no space left/i.test(message)) {
    return new StateUnavailable(
      `the disk of the state directory ${directory} is full`,
      'Make room on it; the appliance goes on by itself',
      options,
    );
  }
  if (code === 'EROFS' || /read-only file system/i.test(message)) {
    return new StateUnavailable(
      `the disk of the state directory ${directory} is read-only`,
      'Linux makes it so when the disk fails (`journalctl -k` says why): replace the card, or mount it to be written to',
      options,
    );
  }
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new StateUnavailable(
      `the state directory ${directory} is a file, or lies below one`,
      'Move that file away, or set Butler.stateDirectory to a directory',
      options,
    );
  }
  return new StateUnavailable(
    `the state directory ${directory} can't be used (${message})`,
    'Check that its disk is there and may be written to',
    options,
  );
}
