import type { Config } from './schema.ts';

/** A setting of the contract that this version reads and does not act on yet. */
interface SettingWithoutEffect {
  readonly path: readonly string[];
  readonly isSet: (config: Config) => boolean;
  /** What does not happen, in words. */
  readonly missing: string;
}

const settings: readonly SettingWithoutEffect[] = [
  {
    path: ['mqttConfig', 'brokerHost'],
    isSet: ({ mqttConfig }) => mqttConfig.enable && mqttConfig.brokerHost !== '',
    missing: 'this version sends nothing to another broker; subscribe to its own',
  },
  {
    path: ['satelliteConfig', 'brokerHost'],
    isSet: ({ satelliteConfig }) => satelliteConfig.brokerHost !== '',
    missing: 'this version takes no events from another broker',
  },
];

/** The settings that somebody made and that do nothing, so that nobody relies on them. */
export function settingsWithoutEffect(
  config: Config,
): readonly Pick<SettingWithoutEffect, 'path' | 'missing'>[] {
  return settings.filter(({ isSet }) => isSet(config));
}
