import { isUnusedButlerKey } from './butler.ts';
import { isSettings, type RawSettings } from './raw-settings.ts';
import { configSchema } from './schema.ts';
import { shapeOf } from './schema-walk.ts';

/** What is wrong at the root of the file; `key` is the root key to point at, if it is one. */
export interface RootProblem {
  readonly key?: string;
  readonly found: string;
  readonly allowed: string;
}

const allowed = 'the root key `Butler:` with all settings indented below it';

/** What is below `Butler:`, or why there is nothing. */
export function butlerSettings(root: unknown): { settings: RawSettings } | RootProblem {
  if (!isSettings(root)) return { found: 'no settings', allowed };
  const keys = Object.keys(root);
  if ('Butler' in root || keys.length === 0) {
    const settings = root['Butler'] ?? {};
    if (isSettings(settings)) return { settings };
    // A text such as logLevel:info, which YAML does not take for a key and its value.
    const glued = typeof settings === 'string' ? /^(\w{1,60}):\S/.exec(settings)?.[1] : undefined;
    return glued
      ? { key: 'Butler', found: `no space after the colon of ${glued}`, allowed: '`key: value`' }
      : { key: 'Butler', found: 'the root key Butler without settings', allowed };
  }
  const butlerSos = keys.find(isButlerSos);
  if (butlerSos !== undefined) {
    return {
      key: butlerSos,
      found: `the root key ${butlerSos}: this is the configuration of another program, Butler SOS`,
      allowed: `${allowed}; make a file of your own and copy from this one only what you need: userEvents.excludeUser, and brokerHost and brokerPort of mqttConfig; its portUserActivityEvents is udpServerConfig.portSessionConnectionEvents here`,
    };
  }
  const [key = ''] = keys;
  const almost = keys.find((name) => name.toLowerCase() === 'butler');
  if (almost !== undefined) {
    return {
      key: almost,
      found: `the root key ${almost}`,
      allowed: `${allowed}, with a capital B`,
    };
  }
  return { key, found: `${shownKey(key)} instead of Butler`, allowed };
}

/**
 * Keys at the left margin that belong below `Butler:` or, like Butler SOS's, to another file. A blank
 * that is no space does not indent in YAML, but is a part of the key.
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

/** Another file named by mistake may hold secrets: only what looks like a key is shown. */
function shownKey(key: string): string {
  const isWords = /^[A-Za-z_]\w*(?:[.-][A-Za-z]\w*)*$/.test(key) && key.length <= 40;
  const isToken = /^xox/i.test(key) || key.split('-').some((part) => /\d.*[A-Za-z]/.test(part));
  return isWords && !isToken ? `the root key ${key}` : 'another root key';
}

/** Whether a root key is that of Butler SOS's configuration. */
export const isButlerSos = (key: string): boolean => /^butler[-_ ]?sos$/i.test(key);
