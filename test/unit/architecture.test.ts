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

/** Files that import each other, in groups: strongly connected components (Tarjan). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const path: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    path.push(file);
    let low = own;
    for (const other of imports.get(file) ?? []) {
      if (!order.has(other)) low = Math.min(low, visit(other));
      else if (path.includes(other)) low = Math.min(low, order.get(other) ?? low);
    }
    if (low === own) {
      const group = path.splice(path.indexOf(file));
      if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group.sort());
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

test('circles are found wherever they begin', () => {
  const imports = { a: ['b', 'x'], b: ['c'], c: ['b'], d: ['d'], x: ['a', 'gone'], e: ['a'] };
  assert.deepEqual(circles(new Map(Object.entries(imports))), [['b', 'c'], ['a', 'x'], ['d']]);
});

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

  test('no file imports itself by way of others, types included', () => {
    const found = circles(new Map(files.map((file) => [file, importsOf(file)])));
    assert.deepEqual(found, []);
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
