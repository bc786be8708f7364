// Makes `npm start` and `npm test` work as the first command in a fresh clone: installs the
// packages when they are missing or older than the lock file. Needs nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const wanted = `${root}package-lock.json`;

const isUpToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;

if (!isUpToDate) {
  console.log('Installing missing packages…');
  // Packages that drive real pins compile C++ on installing; a laptop may have no compiler and
  // needs none of them, so they are built only by the package for the Pi.
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  if (status !== 0) {
    console.error('Could not install the packages. See the message of npm above.');
    process.exit(1);
  }
}
