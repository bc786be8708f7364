import { isWithoutValues, withoutOuterSlashes } from './fields.ts';
import { type Path, valueAt } from './raw-settings.ts';
import { literalPart } from './user-pattern.ts';

/** Something to say about a setting that is in force, though perhaps not as it was meant. */
export interface SettingRemark {
  /** Below `Butler`, after Butler's own sections were taken over. */
  readonly path: Path;
  readonly text: string;
}

/** @param settings as they were written, which the schema finds right */
export function settingRemarks(settings: unknown): readonly SettingRemark[] {
  return [
    ...prefixRemarks(settings),
    ...excludedUserRemarks(settings, ['userEvents', 'excludeUser']),
    ...excludedUserRemarks(settings, ['slackConfig', 'excludeUser']),
  ];
}

function prefixRemarks(settings: unknown): readonly SettingRemark[] {
  const path = ['mqttConfig', 'homeAssistant', 'discoveryPrefix'];
  const written = valueAt(settings, path);
  if (typeof written !== 'string') return [];
  const used = withoutOuterSlashes(written);
  return used === written ? [] : [{ path, text: `${used} is used, without the slashes around it` }];
}

function excludedUserRemarks(settings: unknown, list: Path): readonly SettingRemark[] {
  const users = valueAt(settings, list);
  if (!Array.isArray(users)) return [];
  return users.flatMap((user: unknown, index) => {
    if (isWithoutValues(user)) {
      return [{ path: [...list, index], text: 'names nobody, so it is left out' }];
    }
    const directory = valueAt(user, ['directory']);
    const userId = valueAt(user, ['userId']) ?? '*';
    if (directory === '*' && userId === '*') {
      return [{ path: [...list, index], text: 'excludes every user, so that no event is left' }];
    }
    const remarks: SettingRemark[] = [];
    for (const [key, value] of Object.entries({ directory, userId })) {
      const literal = typeof value === 'string' ? literalPart(key, value) : undefined;
      if (literal) remarks.push({ path: [...list, index, key], text: literal });
    }
    return remarks;
  });
}
