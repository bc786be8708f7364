import { hint, type Note, wrong } from '../plan.ts';
import { readSettingLines, type SettingLine } from '../setting-lines.ts';
import type { FoundNetwork, FoundSettings, Obstacle } from './found.ts';
import { beginsGroup, isEnterprise, meantKey, numberedMeaningOf } from './key-meanings.ts';

const about = (key: string) => numberedMeaningOf(key).meaning;

type Mutable = { -readonly [Key in keyof FoundNetwork]: FoundNetwork[Key] };

/** Reads lines of name=…, password=… and country=…; each further name starts another Wi-Fi. */
export function readLines(file: string, text: string): FoundSettings {
  const { settings, strange } = readSettingLines(text);
  const contents = text.split('\n');
  const notes: Note[] = strange
    .filter((line) => !/^\s*\[[\w\s.-]+\]\s*$/.test(contents[line - 1] ?? ''))
    .map((line) =>
      wrong(`${file}, line ${line}: unknown setting. Fix: write name=…, password=… or country=…`),
    );
  const networks: Mutable[] = [];
  const numbered = new Map<string, Mutable>();
  let current: Mutable = {};
  const add = () => {
    const network: Mutable = {};
    networks.push(network);
    return network;
  };
  /** Returns the network of a setting: a new one if the last already has that setting. */
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
      wrong(
        `${file}: unclear which password belongs to which name. Fix: write each password directly below its name`,
      ),
    );
    return { layout: 'lines', networks: [], country, notes };
  }
  return { layout: 'lines', networks, country, notes };
}

/** Many users fill in the example instead of the lines below it. */
function commentedOut(file: string, text: string): Note[] {
  return text.split('\n').flatMap((content, index) => {
    const [, key = '', value = ''] = /^\s*#\s*([^#=:]{1,20})[=:](.*)$/.exec(content) ?? [];
    if (about(key) !== 'name' || ['', exampleName].includes(value.trim())) return [];
    return [
      hint(
        `${file}, line ${index + 1}: this line starts with #, so it is a comment. To use it, remove the # from it and from the password line`,
      ),
    ];
  });
}

/** The example in the template. */
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
      `${file}, line ${line}: there is text after the quotes. Fix: write each setting on a separate line`,
    );
  }
  if (value === '' && about(key) === 'name') {
    return wrong(
      `${file}, line ${line}: the name is only a comment. Fix: write the name before the #, or put a name that starts with # in quotes`,
    );
  }
  if (remark === 'quote') {
    return hint(
      `${file}, line ${line}: one quote is missing, so the other was read as part of the ${about(key)}`,
    );
  }
  return hint(
    `${file}, line ${line}: the text after # was read as a comment. If it is part of the ${about(key)}, put the whole ${about(key)} in quotes`,
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
    return wrong(`${file}, line ${line}: unknown setting "${key}". Did you mean ${meant}=?`);
  }
  if (!hasName && value !== '') {
    return wrong(
      `${file}, line ${line}: unknown setting. Fix: write name=…, password=… or country=…`,
    );
  }
  return hint(`${file}, line ${line}: unknown setting "${key}", ignored`);
}
