import { isSettings, type RawSettings } from './raw-settings.ts';
import type { ConfigSource } from './source.ts';

/** Lays the settings of a source over others, which hold where the source says nothing. */
export function withDefaults(source: ConfigSource, defaults: RawSettings): ConfigSource {
  return { ...source, settings: laidOver(defaults, source.settings) };
}

function laidOver(below: RawSettings, above: RawSettings): RawSettings {
  const joined: RawSettings = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const lower = Object.hasOwn(below, key) ? below[key] : undefined;
    joined[key] = isSettings(lower) && isSettings(value) ? laidOver(lower, value) : value;
  }
  return joined;
}
