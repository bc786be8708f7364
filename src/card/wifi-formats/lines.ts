import { hint, type Note, wrong } from '../plan.ts';
import { readSettingLines, type SettingLine } from '../setting-lines.ts';
import type { FoundNetwork, FoundSettings, Obstacle } from './found.ts';
import { beginsGroup, isEnterprise, meaningOf, meantKey } from './keys.ts';

/** Lines of name=…, password=… and country=…; each further name begins a further Wi-Fi. */
export function readLines(file: string, text: string): FoundSettings {
  const { settings, strange } = readSettingLines(text);
  const contents = text.split('\n');
  const notes: Note[] = strange
    .filter((line) => !/^\s*\[[\w\s.-]+\]\s*$/.test(contents[line - 1] ?? ''))
    .map((line) =>
      wrong(`${file}, line ${line}: not understood. Write name=…, password=… or country=…`),
    );
  const networks: FoundNetwork[] = [];
  let current: { -readonly [Key in keyof FoundNetwork]: FoundNetwork[Key] } = {};
  const isFurther = (key: 'name' | 'password' | 'obstacle') => current[key] !== undefined;
  const next = () => {
    networks.push(current);
    current = {};
  };
  for (const setting of settings) {
    const { key, value, line } = setting;
    if (value === '' && beginsGroup(key)) continue;
    const meaning = meaningOf(key);
    if (setting.remark && meaning) notes.push(aboutRest(file, setting));
    if (meaning === 'name') {
      if (isFurther('name')) next();
      current = { ...current, name: value, nameLine: line };
      if (setting.remark === 'comment') current.nameWithComment = setting.written;
    } else if (meaning === 'password') {
      if (isFurther('password')) next();
      current = { ...current, password: value, passwordLine: line };
    } else if (meaning === undefined) {
      notes.push(unknownKey(file, setting, settings));
    } else current = withObstacle(current, obstacleOf(meaning, value));
  }
  next();
  if (!networks.some(({ name }) => name)) notes.push(...commentedOut(file, text));
  const country = settings.findLast(({ key, value }) => meaningOf(key) === 'country' && value);
  return { layout: 'lines', networks, country, notes };
}

/** Many write into the example instead of below it. */
function commentedOut(file: string, text: string): Note[] {
  return text.split('\n').flatMap((content, index) => {
    const [, key = '', value = ''] = /^\s*#\s*([^#=:]{1,20})[=:](.*)$/.exec(content) ?? [];
    if (meaningOf(key) !== 'name' || ['', exampleName].includes(value.trim())) return [];
    return [
      hint(
        `${file}, line ${index + 1}: this line begins with #, so it is only a comment. If it is meant, take the # away from it and from the line with the password`,
      ),
    ];
  });
}

/** In the text that the file comes with. */
const exampleName = 'Our Wi-Fi';

function withObstacle(network: FoundNetwork, obstacle: Obstacle | undefined): FoundNetwork {
  return obstacle ? { ...network, obstacle } : network;
}

function obstacleOf(meaning: string, value: string): Obstacle | undefined {
  if (value === '') return undefined;
  if (meaning === 'user' || (meaning === 'security' && isEnterprise(value))) return 'enterprise';
  if (meaning === 'wep' || (meaning === 'security' && /\bwep\b/i.test(value))) return 'wep';
  return undefined;
}

function aboutRest(file: string, { line, key, remark, value }: SettingLine): Note {
  if (remark === 'unclear') {
    return wrong(
      `${file}, line ${line}: there is more behind the quotes. Fix: write each setting on a line of its own`,
    );
  }
  if (value === '' && meaningOf(key) === 'name') {
    return wrong(
      `${file}, line ${line}: only a comment stands behind the name. Fix: write the name before it; one that begins with # belongs in quotes`,
    );
  }
  if (remark === 'quote') {
    return hint(
      `${file}, line ${line}: one of the quotes is missing, so the other was taken as a part of the ${meaningOf(key)}`,
    );
  }
  return hint(
    `${file}, line ${line}: what follows the # was taken as a comment. If it belongs to the ${meaningOf(key)}, put the whole ${meaningOf(key)} in quotes`,
  );
}

function unknownKey(
  file: string,
  { line, key, value }: SettingLine,
  settings: readonly SettingLine[],
): Note {
  const meant = meantKey(key);
  const isMissing =
    meant && !settings.some((other) => meaningOf(other.key) === meant && other.value);
  const hasName = settings.some((other) => meaningOf(other.key) === 'name' && other.value !== '');
  if (isMissing && value !== '') {
    return wrong(`${file}, line ${line}: "${key}" is unknown. Did you mean ${meant}=?`);
  }
  if (!hasName && value !== '') {
    return wrong(`${file}, line ${line}: not understood. Write name=…, password=… or country=…`);
  }
  return hint(`${file}, line ${line}: "${key}" has no meaning here and was passed over`);
}
