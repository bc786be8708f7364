import type { PartHealth } from '../health/health.ts';
import { LightsSink, type LightsSinkOptions } from '../lights/lights-sink.ts';
import type { Log } from '../platform/log.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import type { Announcer } from '../publications/announcer.ts';
import type { AppOptions } from './app-interface.ts';

export interface LightsParts {
  readonly options: AppOptions;
  readonly log: Log;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
  /** Tells how things are. */
  readonly announcer: Announcer;
}

/** Builds the lights as they are configured, and tells everybody who wants to know when one changes. */
export function createLights({ options, log, health, retry, announcer }: LightsParts): {
  readonly lights: LightsSink;
  readonly lightFor: LightsSinkOptions['lightFor'];
} {
  const { lightConfig } = options.config;
  const lightFor = {
    'session-start': lightConfig.sessionStart,
    'session-stop': lightConfig.sessionStop,
    'connection-open': lightConfig.connectionOpen,
    'connection-close': lightConfig.connectionClose,
  };
  const lights = new LightsSink({
    clock: options.clock,
    log,
    health,
    retry,
    blink: lightConfig,
    lightFor,
    heartbeatMs: lightConfig.heartbeat.enable
      ? lightConfig.heartbeat.everySeconds * 1000
      : undefined,
    openLamps: options.openLamps,
    onChange: (colour, lit) => {
      options.onLight?.(colour, lit);
      // The light is on; who else wants to know hears it in a later turn of the event loop.
      setImmediate(() => announcer.light(colour, lit));
    },
  });
  return { lights, lightFor };
}
