import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';

/** The service's notifications to systemd (sd_notify(3)); does nothing without systemd. */
export interface ServiceManager {
  /** How often it wants a sign of life, ms; undefined when it wants none. */
  readonly watchdogMs: number | undefined;
  ready(): void;
  stopping(): void;
  /** A sign of life. */
  alive(): void;
}

export interface ServiceManagerOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly processId: number;
  readonly log: Log;
  /** Finds `sd_notify`; tests give their own. */
  readonly loadNotify?: () => Promise<(state: string) => number>;
}

/**
 * Connects to systemd where it started this process (`NOTIFY_SOCKET`). Node can't send datagrams
 * on Unix sockets, so libsystemd does, through koffi; without either the service manager is told
 * nothing, and the log says so.
 */
export async function connectServiceManager(
  options: ServiceManagerOptions,
): Promise<ServiceManager> {
  const { environment, log, loadNotify = loadLibsystemd } = options;
  const silent = { watchdogMs: undefined, ready: () => {}, stopping: () => {}, alive: () => {} };
  if (!environment['NOTIFY_SOCKET']) return silent;
  try {
    const notify = await loadNotify();
    const tell = (state: string) => () => {
      const result = notify(state);
      if (result < 0) log.warn(`could not send ${state} to systemd (error ${-result})`);
    };
    return {
      watchdogMs: watchdogMs(options),
      ready: tell('READY=1'),
      stopping: tell('STOPPING=1'),
      alive: tell('WATCHDOG=1'),
    };
  } catch (error) {
    const reason = messageOf(error);
    log.error(`can't send the start message that systemd waits for: ${reason}`);
    return silent;
  }
}

/** `WATCHDOG_USEC`, when it is meant for this process (sd_watchdog_enabled(3)). */
function watchdogMs({ environment, processId }: ServiceManagerOptions): number | undefined {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: wanted } = environment;
  if (!microseconds || (wanted && Number(wanted) !== processId)) return undefined;
  const ms = Number(microseconds) / 1000;
  return ms > 0 ? ms : undefined;
}

async function loadLibsystemd(): Promise<(state: string) => number> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load('libsystemd.so.0');
  const notify = library.func('int sd_notify(int unset_environment, const char *state)');
  return (state) => Number(notify(0, state));
}
