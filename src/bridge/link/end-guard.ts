/**
 * Makes the function that rejects pending work with the reason when the connection ends first.
 * `Promise.race` with `closed` would leave something of every message in memory for as long as the
 * connection lasts, which may be months.
 */
export function createEndGuard(
  closed: Promise<Error>,
): <Value>(work: Promise<Value>) => Promise<Value> {
  const underWay = new Set<(reason: Error) => void>();
  let ended: Error | undefined;
  void closed.then((reason) => {
    ended = reason;
    for (const reject of underWay) reject(reason);
    underWay.clear();
  });
  return (work) =>
    new Promise((resolve, reject) => {
      if (ended) {
        reject(ended);
        work.catch(() => {});
        return;
      }
      underWay.add(reject);
      work.then(resolve, reject).finally(() => underWay.delete(reject));
    });
}
