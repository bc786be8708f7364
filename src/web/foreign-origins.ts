import { RefusalPeriod } from '../access/refusal-period.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { parseOrigin } from '../platform/origin.ts';

/** What a page of another origin tried: to use MQTT, or to change something. */
export type RefusedUse = 'mqtt' | 'request';

/** Explains why pages of other origins are refused, in the response and once in the log. */
export class ForeignOrigins {
  readonly #period: RefusalPeriod;

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#period = new RefusalPeriod({
      began: (what) => what,
      ended: (count) => `requests from other web pages are no longer refused (${count} were)`,
      clock,
      log,
    });
  }

  /** Logs a refusal, and returns the explanation for the client, on one line. */
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
  const shown = origin ? safe(text) : 'unknown origin (opened from a file, or sandboxed)';
  const refused =
    use === 'mqtt'
      ? `a web page of ${shown} is not allowed to use MQTT here.`
      : `a web page of ${shown} is not allowed to do this.`;
  if (!origin) return `${refused} Fix: open the page from a web server`;
  if (!/^https?$/.test(origin.scheme)) {
    return use === 'mqtt'
      ? `${refused} Fix: add ${shown} to Butler.webConfig.allowedOrigins`
      : `${refused} Fix: use Blinky's own page`;
  }
  const ownPage = `add ${safe(origin.host)} to Butler.webConfig.hostNames`;
  return use === 'mqtt'
    ? `${refused} Fix: add ${shown} to Butler.webConfig.allowedOrigins; if it is Blinky's own page behind a reverse proxy, ${ownPage}`
    : `${refused} Fix: if it is Blinky's own page behind a reverse proxy, ${ownPage}`;
}

/** What came from the network, fit for one line. */
const safe = (text: string): string => text.replace(/[^\w.:/[\]+-]/g, '').slice(0, 100);
