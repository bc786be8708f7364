/**
 * Aborts after `ms`, or when one of `others` does. Node 20 may collect what AbortSignal.any() and
 * AbortSignal.timeout() make together before it aborts.
 */
export function signalAfter(ms: number, ...others: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    clearTimeout(timer);
    for (const other of others) other.removeEventListener('abort', end);
    controller.abort();
  };
  const timer = setTimeout(end, ms);
  timer.unref();
  for (const other of others) {
    if (other.aborted) end();
    else other.addEventListener('abort', end);
  }
  return controller.signal;
}
