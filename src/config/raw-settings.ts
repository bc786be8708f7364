/** Path of a setting: keys, and positions in lists. */
export type Path = readonly (string | number)[];
export type RawSettings = Record<string, unknown>;

export function isSettings(value: unknown): value is RawSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value at `path`; undefined if there is none. */
export function valueAt(settings: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isSettings(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, settings);
}

/** `Butler.webConfig.port`, as messages and `--set` name a setting. */
export const keyOf = (path: Path): string => ['Butler', ...path].join('.');
