import { RefusalPeriod } from '../access/refusal-period.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { parseOrigin } from '../platform/origin.ts';

/** What a page from elsewhere wanted: to use MQTT, or to change something. */
export type RefusedUse = 'mqtt' | 'request';

/** Explains to people why pages from elsewhere are refused, in the answer and once in the log. */
export class ForeignOrigins {
  readonly #period: RefusalPeriod;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#period = new RefusalPeriod({
      began: (what) => what,
      ended: (count) =>
        `no pages from elsewhere are refused any longer; refused meanwhile: ${count}`,
      clock,
      log,
    });
  }

  /** Logs a refusal, and returns it in words for who asked: one line. */
  refuse(use: RefusedUse, origin: string | undefined, address: string): string {
    const words = explanation(use, origin ?? '');
    this.#period.refused(`${address}: ${words}`);
    return words;
  }

  stop(): void {
    this.#period.stop();
  }
}

function explanation(use: RefusedUse, text: string): string {
  const origin = parseOrigin(text);
  const shown = origin ? safe(text) : 'no known origin (opened from a file, or sandboxed)';
  const refused =
    use === 'mqtt'
      ? `a page of ${shown} may not use MQTT here.`
      : `a page of ${shown} may not ask for this.`;
  if (!origin) return `${refused} Fix: open the page from a web server`;
  if (!/^https?$/.test(origin.scheme)) {
    return use === 'mqtt'
      ? `${refused} Fix: add ${shown} to Butler.webConfig.allowedOrigins`
      : `${refused} Fix: use Blinky's own page`;
  }
  const ownPage = `add ${safe(origin.host)} to Butler.webConfig.hostNames`;
  return use === 'mqtt'
    ? `${refused} Fix: add ${shown} to Butler.webConfig.allowedOrigins; or, where it is Blinky's own page behind a reverse proxy, ${ownPage}`
    : `${refused} Fix: where it is Blinky's own page behind a reverse proxy, ${ownPage}`;
}

/** What came from the network, fit for one line. */
const safe = (text: string): string => text.replace(/[^\w.:/[\]+-]/g, '').slice(0, 100);
