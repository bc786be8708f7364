import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCard } from '../emulator/card.ts';

const build = fileURLToPath(new URL('../../build', import.meta.url));

/** Where the tests on the emulated Pi keep their files. */
export const workFolder = join(build, 'test-image');

/** The image that is tested: `BLINKY_IMAGE`, else the one that scripts/build-image has built. */
export function imageUnderTest(): string {
  const image =
    process.env['BLINKY_IMAGE'] ||
    (existsSync(build) ? readdirSync(build) : [])
      .filter((name) => /^blinky-light-.*-arm64\.img$/.test(name))
      .map((name) => join(build, name))
      .at(-1);
  if (!image) throw new Error('there is no image in build; build it with scripts/build-image');
  return image;
}

/** A card with the image, fresh, so that what one test writes is not there for the next. */
export function freshCard(name: string): string {
  mkdirSync(workFolder, { recursive: true });
  const card = join(workFolder, `${name}.img`);
  makeCard(imageUnderTest(), card);
  return card;
}
