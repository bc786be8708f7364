/** Writes times (ms since 1970) as ISO 8601. Events that come together mostly share theirs. */
export function createTimeWriter(): (timeMs: number) => string {
  let lastMs = Number.NaN;
  let last = '';
  return (timeMs) => {
    if (timeMs !== lastMs) {
      last = new Date(timeMs).toISOString();
      lastMs = timeMs;
    }
    return last;
  };
}

/** Reads what `createTimeWriter` has written. */
export function createTimeReader(): (text: string) => number {
  let last = '';
  let lastMs = Number.NaN;
  return (text) => {
    if (text !== last) {
      lastMs = Date.parse(text);
      last = text;
    }
    return lastMs;
  };
}
