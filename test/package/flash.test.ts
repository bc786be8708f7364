// scripts/flash on files that stand for cards, and on disks that only a stand-in for lsblk knows.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mib = 1024 * 1024;
/** Where the small image of these tests has its partitions, MiB. */
const layout = { fat: 1, root: 9, state: 12, end: 14 } as const;

interface FakeDisk {
  readonly type?: string;
  readonly removable?: 0 | 1;
  readonly readOnly?: 0 | 1;
  /** Lines of name, type and mount points, as `lsblk --raw` prints them. */
  readonly tree?: string;
}

/** A folder with a small image, a blank card and what `flash` needs. */
class Bench {
  readonly folder: string;
  readonly image: string;
  readonly card: string;

  constructor(context: TestContext) {
    this.folder = temporaryFolder(context);
    this.image = join(this.folder, 'system.img');
    this.card = join(this.folder, 'card.img');
    makeImage(this.image, 'first system');
    writeFileSync(this.card, '');
  }

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  flash(args: readonly string[], options: { answer?: string; fakes?: string } = {}) {
    const { status, stdout, stderr } = spawnSync('scripts/flash', args, {
      cwd: root,
      encoding: 'utf8',
      input: options.answer ?? '',
      env: { ...process.env, PATH: `${options.fakes ?? ''}:${process.env['PATH']}` },
    });
    return { status, output: stdout + stderr };
  }

  /** A file that `lsblk` takes for a disk, and the folder with that `lsblk`. */
  fakeDisk(name: string, disk: FakeDisk = {}): { disk: string; fakes: string } {
    const path = this.file(name, '');
    truncateSync(path, 16 * mib);
    const { type = 'disk', removable = 1, readOnly = 0 } = disk;
    const tree = disk.tree ?? `${path} disk`;
    const fakes = join(this.folder, 'fakes');
    mkdirSync(fakes, { recursive: true });
    writeFileSync(
      join(fakes, 'lsblk'),
      `#!/bin/sh
case "$*" in
  *'--output NAME,TYPE,RM,RO'*) echo '${path} ${type} ${removable} ${readOnly}' ;;
  *'--output TYPE '*) echo '${type}' ;;
  *'--output RO '*) echo ' ${readOnly} ' ;;
  *'--output SIZE '*) stat --format=%s '${path}' ;;
  *'--output NAME,TYPE,MOUNTPOINTS'*) printf '%s\\n' '${tree}' ;;
  *) echo 'PATH SIZE MODEL'; echo '${path} 16M Card Reader' ;;
esac
`,
    );
    chmodSync(join(fakes, 'lsblk'), 0o755);
    return { disk: path, fakes };
  }
}

/** An image like the appliance's in all but its size. */
function makeImage(file: string, system: string): void {
  writeFileSync(file, '');
  truncateSync(file, layout.end * mib);
  const table = `label: dos
label-id: 0xb11acc70
start=${layout.fat}MiB, size=${layout.root - layout.fat}MiB, type=c
start=${layout.root}MiB, size=${layout.state - layout.root}MiB, type=83
start=${layout.state}MiB, size=${layout.end - layout.state}MiB, type=83
`;
  execFileSync('sfdisk', ['--quiet', file], { input: table });
  const fat = `${file}.fat`;
  writeFileSync(fat, '');
  truncateSync(fat, (layout.root - layout.fat) * mib);
  execFileSync('mkfs.vfat', ['-n', 'BLINKY', fat]);
  writeFileSync(`${file}.txt`, `kernel of the ${system}`);
  execFileSync('mcopy', ['-i', fat, `${file}.txt`, '::KERNEL.TXT']);
  writeFileSync(`${file}.txt`, 'name=\n');
  execFileSync('mcopy', ['-i', fat, `${file}.txt`, '::wifi.txt']);
  put(file, layout.fat, readFileSync(fat));
  put(file, layout.root, Buffer.from(system));
  put(file, layout.state, Buffer.from('empty state'));
}

function put(file: string, atMib: number, bytes: Uint8Array): void {
  const opened = openSync(file, 'r+');
  writeSync(opened, bytes, 0, bytes.length, atMib * mib);
  closeSync(opened);
}

const textAt = (file: string, atMib: number) =>
  readFileSync(file)
    .subarray(atMib * mib, atMib * mib + 64)
    .toString()
    .replace(/\0+$/, '');

const onFat = (card: string, name: string) =>
  execFileSync('mtype', ['-i', `${card}@@1M`, `::${name}`], { encoding: 'utf8' });

describe('flash', () => {
  test('writes an image, plain or compressed, and reads it back', (context) => {
    const bench = new Bench(context);
    execFileSync('xz', ['--keep', bench.image]);
    for (const image of [bench.image, `${bench.image}.xz`]) {
      writeFileSync(bench.card, '');
      const { status, output } = bench.flash([image, '--to', bench.card]);
      assert.equal(status, 0, output);
      assert.ok(readFileSync(bench.card).equals(readFileSync(bench.image)), image);
      assert.match(output, /reading it back …[\s\S]*Done\./);
    }
  });

  test('what was not written is found', (context) => {
    const bench = new Bench(context);
    const fakes = join(bench.folder, 'fakes');
    mkdirSync(fakes);
    // A card that forgets: after each write, a byte of it is another one.
    writeFileSync(
      join(fakes, 'dd'),
      `#!/bin/sh
/usr/bin/env PATH=/usr/bin:/bin dd "$@" || exit
case "$*" in *of=*) printf X | /usr/bin/env PATH=/usr/bin:/bin dd of='${bench.card}' bs=1 seek=5000000 conv=notrunc status=none ;; esac
`,
    );
    chmodSync(join(fakes, 'dd'), 0o755);
    const { status, output } = bench.flash([bench.image, '--to', bench.card], { fakes });
    assert.equal(status, 1);
    assert.match(output, /can't be read back as written/);
  });

  test('an image that is damaged is not written', (context) => {
    const bench = new Bench(context);
    const sum = 'a'.repeat(64);
    writeFileSync(`${bench.image}.sha256`, `${sum}  system.img\n`);
    const { status, output } = bench.flash([bench.image, '--to', bench.card]);
    assert.equal(status, 1);
    assert.match(output, /system\.img is damaged/);
    assert.ok(readFileSync(bench.card).every((byte) => byte === 0));
  });

  test('puts the user’s own files on the card', (context) => {
    const bench = new Bench(context);
    const { status, output } = bench.flash([
      ...[bench.image, '--to', bench.card],
      ...['--wifi', bench.file('my wifi', 'name=Home\n')],
      ...['--config', bench.file('production.yaml', 'Butler:\n')],
      ...['--authorized-keys', bench.file('id.pub', 'ssh-ed25519 AAAA\n')],
    ]);
    assert.equal(status, 0, output);
    assert.equal(onFat(bench.card, 'wifi.txt'), 'name=Home\n');
    assert.equal(onFat(bench.card, 'blinky.yaml'), 'Butler:\n');
    assert.equal(onFat(bench.card, 'authorized_keys'), 'ssh-ed25519 AAAA\n');
  });

  test('--keep-state replaces the system, and nothing of the user’s', (context) => {
    const bench = new Bench(context);
    const wifi = bench.file('wifi', 'name=Home\n');
    bench.flash([bench.image, '--to', bench.card, '--wifi', wifi]);
    // As the card is after its first start: a larger state, and a file with an ending too many.
    truncateSync(bench.card, 32 * mib);
    execFileSync('sfdisk', ['--quiet', '--no-reread', '-N', '3', bench.card], { input: ', +\n' });
    put(bench.card, layout.state, Buffer.from('what waits for Slack'));
    execFileSync('mcopy', ['-i', `${bench.card}@@1M`, wifi, '::Blinky.yaml.txt']);
    execFileSync('mcopy', ['-i', `${bench.card}@@1M`, wifi, '::production.yaml']);
    const tableBefore = readFileSync(bench.card).subarray(0, mib);

    const next = join(bench.folder, 'next.img');
    makeImage(next, 'second system');
    execFileSync('xz', [next]);
    const { status, output } = bench.flash([`${next}.xz`, '--to', bench.card, '--keep-state']);
    assert.equal(status, 0, output);
    assert.equal(textAt(bench.card, layout.root), 'second system');
    assert.equal(textAt(bench.card, layout.state), 'what waits for Slack');
    assert.ok(readFileSync(bench.card).subarray(0, mib).equals(tableBefore), 'its own table');
    assert.equal(onFat(bench.card, 'KERNEL.TXT'), 'kernel of the second system');
    assert.equal(onFat(bench.card, 'production.yaml'), 'name=Home\n');
    assert.equal(onFat(bench.card, 'wifi.txt'), 'name=Home\n');
    assert.equal(onFat(bench.card, 'Blinky.yaml.txt'), 'name=Home\n');
  });

  test('--keep-state leaves a card alone that is not ours', (context) => {
    const bench = new Bench(context);
    writeFileSync(bench.card, Buffer.alloc(16 * mib, 'x'));
    const { status, output } = bench.flash([bench.image, '--to', bench.card, '--keep-state']);
    assert.equal(status, 1);
    assert.match(output, /is not a Blinky Light card/);
    assert.ok(readFileSync(bench.card).every((byte) => byte === 'x'.charCodeAt(0)));
  });
});

describe('flash asks, and refuses', () => {
  const refusal = (context: TestContext, fake: FakeDisk, args: readonly string[] = []) => {
    const bench = new Bench(context);
    const { disk, fakes } = bench.fakeDisk('sdx', fake);
    const { status, output } = bench.flash([bench.image, '--to', disk, '--yes', ...args], {
      fakes,
    });
    assert.equal(status, 1, output);
    assert.ok(
      readFileSync(disk).every((byte) => byte === 0),
      'nothing may be written',
    );
    return output;
  };

  test('the one removable disk is proposed, shown, and written when its name is typed', (context) => {
    const bench = new Bench(context);
    const { disk, fakes } = bench.fakeDisk('sdx');
    const refused = bench.flash([bench.image], { answer: 'yes\n', fakes });
    assert.equal(refused.status, 1);
    assert.match(refused.output, /Card Reader[\s\S]*WILL BE ERASED[\s\S]*nothing was written/);
    assert.ok(readFileSync(disk).every((byte) => byte === 0));
    const { status, output } = bench.flash([bench.image], { answer: 'sdx\n', fakes });
    assert.equal(status, 0, output);
    assert.equal(textAt(disk, layout.root), 'first system');
  });

  test('a disk that is not removable is never proposed', (context) => {
    const bench = new Bench(context);
    const { fakes } = bench.fakeDisk('sdx', { removable: 0 });
    const { status, output } = bench.flash([bench.image], { answer: 'sdx\n', fakes });
    assert.equal(status, 1);
    assert.match(output, /no removable disk found/);
  });

  test('a partition', (context) => {
    assert.match(refusal(context, { type: 'part' }), /is not a whole disk but a partition/);
  });

  test('a card whose lock is on', (context) => {
    assert.match(refusal(context, { readOnly: 1 }), /lock switch/);
  });

  test('the disk that this machine runs from, whatever is asked for', (context) => {
    for (const mounts of ['/', '[SWAP]', '/boot/efi', '/home', '/media/card\\x0a/']) {
      const tree = `sdx disk\nsdx1 part ${mounts}`;
      assert.match(refusal(context, { tree }, ['--unmount']), /contains \S+ of this computer/);
    }
  });

  test('a disk that a mapping or an array uses', (context) => {
    const tree = 'sdx disk\nsdx1 part\nluks-1 crypt';
    assert.match(refusal(context, { tree }, ['--unmount']), /is in use by luks-1 \(crypt\)/);
  });

  test('a card that the desktop has mounted, unless it may unmount it', (context) => {
    const tree = 'sdx disk\nsdx1 part /media/anna/BOOT\\x20DISK';
    assert.match(refusal(context, { tree }), /mounted at \/media\/anna\/BOOT DISK\. Unmount it/);
    const bench = new Bench(context);
    const { disk, fakes } = bench.fakeDisk('sdx', { tree });
    const unmounted = join(bench.folder, 'unmounted');
    writeFileSync(join(fakes, 'umount'), `#!/bin/sh\necho "$@" >> '${unmounted}'\n`);
    chmodSync(join(fakes, 'umount'), 0o755);
    const args = [bench.image, '--to', disk, '--yes', '--unmount'];
    const { status, output } = bench.flash(args, { fakes });
    assert.equal(status, 0, output);
    assert.equal(readFileSync(unmounted, 'utf8'), '-- /media/anna/BOOT DISK\n');
  });

  test('a card that is too small', (context) => {
    const bench = new Bench(context);
    const { disk, fakes } = bench.fakeDisk('sdx');
    truncateSync(disk, 8 * mib);
    const { status, output } = bench.flash([bench.image, '--to', disk, '--yes'], { fakes });
    assert.equal(status, 1);
    assert.match(output, /is too small: the image needs 14 MB/);
  });

  test('wrong usage has status 2', (context) => {
    const bench = new Bench(context);
    for (const [args, message] of [
      [[], /Usage:/],
      [['nothing.img'], /not found/],
      [['package.json'], /must end in \.img or \.img\.xz/],
      [[bench.image, '--fast'], /unknown option --fast/],
      [[bench.image, '--yes'], /--yes needs --to/],
      [[bench.image, '--to'], /--to needs a device/],
      [[bench.image, '--to', bench.card, '--wifi', 'nowhere.txt'], /nowhere\.txt not found/],
    ] as const) {
      const { status, output } = bench.flash(args);
      assert.equal(status, 2, output);
      assert.match(output, message);
    }
  });
});
