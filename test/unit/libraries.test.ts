// What ARCHITECTURE.md says about where each library lives is so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** Used wherever something comes in. */
const everywhere = 'zod';

const namesIn = (text: string) => [...text.matchAll(/`([a-z@][^` ]*)`/g)].map(([, name]) => name);

/** The folders of each library, as the list says. */
const homes = new Map(
  textOf('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => /^- `[^`]+`(, `[^`]+`)*: `/.test(line))
    .flatMap((line) => {
      const [libraries = '', folders = ''] = line.split(': ');
      return namesIn(libraries).map((name) => [name, namesIn(folders)] as const);
    }),
);

/** The library of an import; undefined for Node's own modules and our files. */
function libraryOf(specifier: string): string | undefined {
  if (/^(node:|[./])/.test(specifier)) return undefined;
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

const uses = ['src', 'hardware'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...textOf(join(folder, file)).matchAll(/(?:from |import(?:\()?\s?)'([^']+)'/g)]
        .map(([, specifier = '']) => libraryOf(specifier))
        .filter((library) => library !== undefined && library !== everywhere)
        .map((library) => ({ library, file: join(folder, file) })),
    ),
);

describe('libraries', () => {
  test('the list names those that are used', () => {
    const used = new Set(uses.map(({ library }) => library));
    assert.deepEqual([...homes.keys()].sort(), [...used].sort());
  });

  for (const [library, folders] of homes) {
    test(`${library} is imported in ${folders.join(', ')} only`, () => {
      const places = folders.flatMap((folder) => [`src/${folder}/`, `${folder}/`]);
      const others = uses
        .filter((use) => use.library === library)
        .filter(({ file }) => !places.some((place) => file.startsWith(place)))
        .map(({ file }) => file);
      assert.deepEqual(others, []);
    });
  }
});
