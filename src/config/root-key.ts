import { isUnusedButlerKey } from './butler.ts';
import { isSettings, type RawSettings } from './raw-settings.ts';
import { configSchema } from './schema.ts';
import { shapeOf } from './schema-walk.ts';

/** What is wrong at the root of the file; `key` is the root key to point at, if any. */
export interface RootProblem {
  readonly key?: string;
  readonly what: string;
  readonly fix: string;
}

const fix = 'indent all settings below the root key `Butler:`';

/** Returns the settings below `Butler:`, or why there are none. */
export function butlerSettings(root: unknown): { settings: RawSettings } | RootProblem {
  if (!isSettings(root)) return { what: 'the file has no settings', fix };
  const keys = Object.keys(root);
  if ('Butler' in root || keys.length === 0) {
    const settings = root['Butler'] ?? {};
    if (isSettings(settings)) return { settings };
    // Text such as logLevel:info, which YAML does not read as a key and its value.
    const glued = typeof settings === 'string' ? /^(\w{1,60}):\S/.exec(settings)?.[1] : undefined;
    return glued
      ? { key: 'Butler', what: `no space after the colon of ${glued}`, fix: 'write `key: value`' }
      : { key: 'Butler', what: 'the root key Butler has no settings', fix };
  }
  const butlerSos = keys.find(isButlerSos);
  if (butlerSos !== undefined) {
    return {
      key: butlerSos,
      what: `root key ${butlerSos}: this is a configuration of another program, Butler SOS`,
      fix: 'create a new file with the root key `Butler:` and copy only userEvents.excludeUser, mqttConfig.brokerHost and mqttConfig.brokerPort into it; portUserActivityEvents is called udpServerConfig.portSessionConnectionEvents here',
    };
  }
  const [key = ''] = keys;
  const almost = keys.find((name) => name.toLowerCase() === 'butler');
  if (almost !== undefined) {
    return {
      key: almost,
      what: `unknown root key ${almost}`,
      fix: 'write `Butler:` with a capital B',
    };
  }
  return { key, what: shownKey(key), fix };
}

/**
 * Finds keys at the left margin that belong below `Butler:` or, like Butler SOS's, in another file. In
 * YAML, a blank other than a space does not indent; it is part of the key.
 */
export function keysBesideButler(root: unknown): readonly string[] {
  if (!isSettings(root) || !('Butler' in root)) return [];
  const known = shapeOf(configSchema) ?? {};
  return Object.keys(root).filter(
    (key) =>
      key !== 'Butler' &&
      (Object.hasOwn(known, key) ||
        isUnusedButlerKey(key) ||
        /^butler/i.test(key) ||
        key !== key.trim()),
  );
}

/** Shows only what looks like a key: a file given by mistake may contain secrets. */
function shownKey(key: string): string {
  const isWords = /^[A-Za-z_]\w*(?:[.-][A-Za-z]\w*)*$/.test(key) && key.length <= 40;
  const isToken = /^xox/i.test(key) || key.split('-').some((part) => /\d.*[A-Za-z]/.test(part));
  return isWords && !isToken ? `unknown root key ${key}` : 'unknown root key';
}

/** Whether this is the root key of a Butler SOS configuration. */
export const isButlerSos = (key: string): boolean => /^butler[-_ ]?sos$/i.test(key);
