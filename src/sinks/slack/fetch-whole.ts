/**
 * As `fetch`, but with the whole body, and `signal` ends it at any moment. Node's own may not end a
 * body once the request was collected as garbage (https://github.com/nodejs/undici/pull/4984): a
 * server that sends a byte now and then would hold whoever waits for as long as it likes.
 * Rejects with the signal's reason when that ends it.
 */
export async function fetchWhole(
  url: string | URL,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Response> {
  signal.throwIfAborted();
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const response = await Promise.race([fetch(url, { ...init, signal }), ended]);
  if (!response.body) return response;
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), ended]);
      if (done) break;
      pieces.push(value);
    }
  } catch (error) {
    // Closes the connection; that it was cut already is no news.
    reader.cancel(error).catch(() => {});
    throw error;
  }
  const { status, statusText, headers } = response;
  return new Response(Buffer.concat(pieces), { status, statusText, headers });
}
