/**
 * Runs `task` now, then again and again `everyMs` ms after it has ended, and at once when somebody
 * comes back to the page; not while nobody looks.
 * @param {number} everyMs
 * @param {() => Promise<void>} task must not reject
 */
export function poll(everyMs, task) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let running = false;
  const run = async () => {
    clearTimeout(timer);
    if (running || document.hidden) return;
    running = true;
    await task();
    running = false;
    timer = setTimeout(run, everyMs);
  };
  document.addEventListener('visibilitychange', run);
  void run();
  return { now: run };
}
