import type { PartHealth } from '../health/health.ts';
import { LightsSink, type LightsSinkOptions } from '../lights/lights-sink.ts';
import { lightsByKind } from '../lights/settings.ts';
import type { RetryPauses } from '../platform/retry-pauses.ts';
import type { Announcer } from '../publications/announcer.ts';
import type { AppOptions } from './app-interface.ts';

export interface LightsParts {
  readonly options: AppOptions;
  readonly health: PartHealth;
  readonly retry: RetryPauses;
  /** Tells how things are. */
  readonly announcer: Announcer;
}

/** Builds the lights as they are configured, and tells everybody who wants to know when one changes. */
export function createLights({ options, health, retry, announcer }: LightsParts): {
  readonly lights: LightsSink;
  readonly lightFor: LightsSinkOptions['lightFor'];
} {
  const { lightConfig } = options.config;
  const lightFor = lightsByKind(lightConfig);
  const lights = new LightsSink({
    clock: options.clock,
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
