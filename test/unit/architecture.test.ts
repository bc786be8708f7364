// What ARCHITECTURE.md says about who imports whom is so.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a part of the appliance is; it holds no part, so every room may import it. */
const contract = 'src/appliance/part.ts';

/** The room of a file below the root; undefined for what lies at the top. */
function roomOf(file: string): string | undefined {
  const [top = '', ...path] = file.split('/');
  if (path.length === 0) return undefined;
  if (top !== 'src') return top;
  const depth = path[0] === 'bridge' ? 2 : 1;
  return path.length > depth ? path.slice(0, depth).join('/') : undefined;
}

interface Room {
  readonly name: string;
  /** Undefined: everything. */
  readonly mayImport: readonly string[] | undefined;
}

function roomsOfTable(): Room[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((row) => row.split('|'))
    .flatMap(([, ofRow = '', , allowed = '']) =>
      names(ofRow).map((name) => ({
        name,
        mayImport: allowed.includes('everything') ? undefined : names(allowed),
      })),
    )
    .filter(({ name }) => !name.endsWith('.ts'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)];
  return specifiers.map(([, path = '']) => relative(root, join(root, dirname(file), path)));
}

describe('rooms', () => {
  const rooms = roomsOfTable();
  const files = ['src', 'hardware']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((file) => file.endsWith('.ts'));

  test('every room stands in the table, and every one of the table is there', () => {
    const there = new Set(files.map(roomOf).filter((room) => room !== undefined));
    assert.deepEqual(rooms.map(({ name }) => name).sort(), [...there].sort());
  });

  for (const { name, mayImport } of rooms) {
    if (!mayImport) continue;
    test(`${name} imports ${mayImport.join(', ') || 'no other room'}`, () => {
      const imported = files
        .filter((file) => roomOf(file) === name)
        .flatMap(importsOf)
        .filter((imported) => imported !== contract)
        .map(roomOf)
        .filter(
          (other) =>
            other !== undefined &&
            other !== name &&
            other !== 'platform' &&
            !mayImport.includes(other),
        );
      assert.deepEqual([...new Set(imported)], []);
    });
  }

  const runsParts = ['cli', 'appliance', 'card', 'config'];
  const importsBetween = (from: (room: string) => boolean, to: (room: string) => boolean) =>
    files
      .filter((file) => from(roomOf(file) ?? ''))
      .flatMap(importsOf)
      .filter((file) => to(roomOf(file) ?? ''));

  test('the configuration knows of a part its settings only', () => {
    const imported = importsBetween(
      (room) => room === 'config',
      (room) => room !== 'config' && room !== 'platform',
    );
    assert.deepEqual([...new Set(imported.filter((file) => !file.endsWith('/settings.ts')))], []);
  });

  test('a part knows of the configuration only how to write down a field', () => {
    const imported = importsBetween(
      (room) => room !== '' && !runsParts.includes(room),
      (room) => room === 'config',
    );
    assert.deepEqual([...new Set(imported)].sort(), [
      'src/config/fields.ts',
      'src/config/users-field.ts',
    ]);
  });
});
