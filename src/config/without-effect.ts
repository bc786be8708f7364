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
    path: ['brokerConfig', 'tls', 'enable'],
    isSet: ({ brokerConfig }) => brokerConfig.tls.enable,
    missing: 'this version of the broker speaks no TLS',
  },
];

/** The settings that somebody made and that do nothing, so that nobody relies on them. */
export function settingsWithoutEffect(
  config: Config,
): readonly Pick<SettingWithoutEffect, 'path' | 'missing'>[] {
  return settings.filter(({ isSet }) => isSet(config));
}
