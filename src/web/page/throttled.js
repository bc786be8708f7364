/**
 * Makes a function that runs `task` soon after it is called, however often that is: once in
 * `everyMs` ms at most.
 * @param {number} everyMs
 * @param {() => void} task
 */
export function throttled(everyMs, task) {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      task();
    }, everyMs);
  };
}
