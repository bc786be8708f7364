import { hint, type Note, wrong } from '../plan.ts';
import { readSettingLines, type SettingLine } from '../setting-lines.ts';
import type { FoundNetwork, FoundSettings, Obstacle } from './found.ts';
import { beginsGroup, isEnterprise, meantKey, numberedMeaningOf } from './key-meanings.ts';

const about = (key: string) => numberedMeaningOf(key).meaning;

type Mutable = { -readonly [Key in keyof FoundNetwork]: FoundNetwork[Key] };

/** Lines of name=…, password=… and country=…; each further name begins a further Wi-Fi. */
export function readLines(file: string, text: string): FoundSettings {
  const { settings, strange } = readSettingLines(text);
  const contents = text.split('\n');
  const notes: Note[] = strange
    .filter((line) => !/^\s*\[[\w\s.-]+\]\s*$/.test(contents[line - 1] ?? ''))
    .map((line) =>
      wrong(`${file}, line ${line}: not understood. Write name=…, password=… or country=…`),
    );
  const networks: Mutable[] = [];
  const numbered = new Map<string, Mutable>();
  let current: Mutable = {};
  const add = () => {
    const network: Mutable = {};
    networks.push(network);
    return network;
  };
  /** The network that a setting is about: another one where the last has that setting. */
  const networkFor = (setting: 'name' | 'password' | 'obstacle', number: string | undefined) => {
    if (number !== undefined) {
      const known = numbered.get(number) ?? add();
      numbered.set(number, known);
      return known;
    }
    if (!networks.includes(current) || (setting !== 'obstacle' && current[setting] !== undefined)) {
      current = add();
    }
    return current;
  };
  for (const setting of settings) {
    const { key, value, line } = setting;
    if (value === '' && beginsGroup(key)) continue;
    const { meaning, number } = numberedMeaningOf(key);
    if (setting.remark && meaning) notes.push(aboutRest(file, setting));
    if (meaning === 'name') {
      const network = networkFor('name', number);
      Object.assign(network, { name: value, nameLine: line });
      if (setting.remark === 'comment') network.nameWithComment = setting.written;
    } else if (meaning === 'password') {
      Object.assign(networkFor('password', number), { password: value, passwordLine: line });
    } else if (meaning === undefined) {
      notes.push(unknownKey(file, setting, settings));
    } else {
      const obstacle = obstacleOf(meaning, value);
      if (obstacle) networkFor('obstacle', number).obstacle = obstacle;
    }
  }
  if (!networks.some(({ name }) => name)) notes.push(...commentedOut(file, text));
  const country = settings.findLast(({ key, value }) => about(key) === 'country' && value);
  if (networks.some(lacksPassword) && networks.some(lacksName)) {
    notes.push(
      wrong(`${file}: which password is whose? Fix: write each password directly below its name`),
    );
    return { layout: 'lines', networks: [], country, notes };
  }
  return { layout: 'lines', networks, country, notes };
}

/** Many write into the example instead of below it. */
function commentedOut(file: string, text: string): Note[] {
  return text.split('\n').flatMap((content, index) => {
    const [, key = '', value = ''] = /^\s*#\s*([^#=:]{1,20})[=:](.*)$/.exec(content) ?? [];
    if (about(key) !== 'name' || ['', exampleName].includes(value.trim())) return [];
    return [
      hint(
        `${file}, line ${index + 1}: this line begins with #, so it is only a comment. If it is meant, take the # away from it and from the line with the password`,
      ),
    ];
  });
}

/** In the text that the file comes with. */
const exampleName = 'Our Wi-Fi';

const lacksPassword = ({ name, password, obstacle }: FoundNetwork) =>
  Boolean(name) && password === undefined && !obstacle;
const lacksName = ({ name, password }: FoundNetwork) => Boolean(password) && name === undefined;

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
  if (value === '' && about(key) === 'name') {
    return wrong(
      `${file}, line ${line}: only a comment stands behind the name. Fix: write the name before it; one that begins with # belongs in quotes`,
    );
  }
  if (remark === 'quote') {
    return hint(
      `${file}, line ${line}: one of the quotes is missing, so the other was taken as a part of the ${about(key)}`,
    );
  }
  return hint(
    `${file}, line ${line}: what follows the # was taken as a comment. If it belongs to the ${about(key)}, put the whole ${about(key)} in quotes`,
  );
}

function unknownKey(
  file: string,
  { line, key, value }: SettingLine,
  settings: readonly SettingLine[],
): Note {
  const meant = meantKey(key);
  const isMissing = meant && !settings.some((other) => about(other.key) === meant && other.value);
  const hasName = settings.some((other) => about(other.key) === 'name' && other.value !== '');
  if (isMissing && value !== '') {
    return wrong(`${file}, line ${line}: "${key}" is unknown. Did you mean ${meant}=?`);
  }
  if (!hasName && value !== '') {
    return wrong(`${file}, line ${line}: not understood. Write name=…, password=… or country=…`);
  }
  return hint(`${file}, line ${line}: "${key}" has no meaning here and was passed over`);
}
