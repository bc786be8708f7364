import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { takeStep } from '../../../src/card/folders.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

describe('a file of the card', () => {
  test('on a disk with room for half of it, the old content stays whole', (context) => {
    const disk = mountSmallDisk(context, 1);
    if (!disk) return;
    const { folder } = disk;
    const folders = {
      ...{ card: folder, state: folder, issue: folder },
      ...{ run: folder, credentials: folder, lastRun: folder, lastCredentials: folder },
    };
    const write = (content: string) =>
      takeStep({ place: 'card', file: 'blinky.yaml', content }, folders);
    write('old');
    disk.fill(8192);
    assert.throws(() => write('new '.repeat(4096)), /ENOSPC/);
    assert.equal(readFileSync(join(folder, 'blinky.yaml'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder).sort(), ['blinky.yaml', 'filler']);
    disk.makeRoom();
    write('new');
    assert.equal(readFileSync(join(folder, 'blinky.yaml'), 'utf8'), 'new');
  });
});
