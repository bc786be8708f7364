import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('the manifest for Raspberry Pi Imager says what the image is', (context) => {
  const image = join(temporaryFolder(context), 'blinky light-1.2.3.img');
  const bytes = Buffer.alloc(3_000_000, 'image');
  writeFileSync(image, bytes);
  execFileSync('xz', ['--keep', image]);
  execFileSync(
    process.execPath,
    [
      '--import=tsx',
      'scripts/image/write-imager-manifest.ts',
      '--image',
      image,
      '--version',
      '1.2.3',
    ],
    { cwd: root, env: { ...process.env, SOURCE_DATE_EPOCH: '1790000000' } },
  );
  const compressed = readFileSync(`${image}.xz`);
  const manifest = JSON.parse(
    readFileSync(image.replace('.img', '.rpi-imager-manifest'), 'utf8'),
  ) as { imager: { devices: { tags: string[] }[] }; os_list: Record<string, unknown>[] };
  const [entry] = manifest.os_list;
  const { name, description, icon, devices, ...facts } = entry ?? {};
  assert.equal(name, 'Blinky Light 1.2.3');
  assert.ok(description && icon);
  assert.deepEqual(facts, {
    url: pathToFileURL(`${image}.xz`).href,
    extract_size: bytes.length,
    extract_sha256: sha256(bytes),
    image_download_size: compressed.length,
    image_download_sha256: sha256(compressed),
    release_date: '2026-09-21',
    init_format: 'none',
    architecture: 'armv8',
  });
  // Imager shows an image for a board when they have a tag in common.
  for (const { tags } of manifest.imager.devices) {
    assert.ok(tags.some((tag) => (devices as string[]).includes(tag)));
  }
});
