/** The message of an error; anything else that was thrown, as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same on one line and shortened, for messages of libraries and other programs. */
export function shortMessageOf(error: unknown): string {
  return messageOf(error).replace(/\s+/g, ' ').slice(0, 200);
}

/** The code of a system or Node error, e.g. `EACCES`; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the error says that a file or folder doesn't exist. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** Why a file can't be read, to follow its name in a message. */
export function whyUnreadable(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
      return 'was not found';
    case 'EACCES':
    case 'EPERM':
      return "can't be read: permission denied";
    case 'EISDIR':
      return 'is a folder';
    default:
      return `can't be read (${code ?? String(error)})`;
  }
}
