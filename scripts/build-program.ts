// Builds the program as it is shipped: one JavaScript file, its assets, and the few packages with
// native parts, for one architecture. Usage: npx tsx scripts/build-program.ts --arch arm64 --out DIR
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { buildHelp } from '../src/web/help/build-help.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian's names of architectures, and what Node, GNU and the packages call them. */
const architectures = {
  arm64: { cpu: 'arm64', toolPrefix: 'aarch64-linux-gnu-' },
  amd64: { cpu: 'x64', toolPrefix: 'x86_64-linux-gnu-' },
} as const;
type Architecture = keyof typeof architectures;

/** Packages with native parts; they can't be bundled, and are loaded at run time. */
const nativePackages = ['classic-level', 'koffi', 'onoff', 'rpio'] as const;
/** Of what those bring along, the packages whose native parts must be compiled. */
const compiledPackages = ['epoll', 'rpio'] as const;

/** Sources of native parts, type declarations and manuals; licences stay. */
const buildsOrDocuments =
  /\.(?:c|cc|cpp|h|hh|hpp|inc|S|asm|def|gyp|gypi|txt|md|map|ts|mts|cts|test\.js)$(?<!licen[cs]e\.(?:md|txt))/i;

/** Folders that hold nothing the packages need to run. */
const asideFolders = /(^|\/)(deps|examples?|tests?|integration-test|doc|vendor)$/;

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    out: { type: 'string' },
    version: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(
    'Usage: npx tsx scripts/build-program.ts --arch arm64|amd64 --out DIRECTORY [--version VERSION]',
  );
  process.exit(0);
}
const arch = Object.keys(architectures).find((name) => name === values.arch) as
  | Architecture
  | undefined;
if (!arch || !values.out) {
  console.error('build-program: --arch arm64|amd64 and --out DIRECTORY are needed');
  process.exit(2);
}
const out = values.out;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await bundle('main.ts', 'main.js');
// What the image runs before the program; see systemd/blinky-card.service.
await bundle('card/read-card.ts', 'card.js');
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
cpSync(join(root, 'src/web/page'), join(out, 'page'), { recursive: true });
mkdirSync(join(out, 'help'));
for (const { name, content } of buildHelp(new URL('../src/manual/', import.meta.url))) {
  writeFileSync(join(out, 'help', name), content);
}
cpSync(join(root, 'src/monitoring'), join(out, 'monitoring'), { recursive: true });
cpSync(join(root, 'hardware/wiring.svg'), join(out, 'hardware/wiring.svg'));
installNativePackages(arch);
if (architectures[arch].cpu === process.arch) tryNativePackages();

/** One file of JavaScript from all the TypeScript and the packages without native parts. */
async function bundle(source: string, name: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src', source)],
    outfile: join(out, name),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The help is rendered here; its renderer is for checkouts.
    external: [...nativePackages, '*/build-help.ts'],
    // Bundled CommonJS packages still ask for Node's own modules through `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
    // Less to read at the start. Without comments it is all ASCII, which takes half the memory; names
    // stay, for the log of a bug.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: values.version ? [versionPlugin(values.version)] : [],
    logLevel: 'warning',
  });
  escapeRest(join(out, name));
}

/** Escapes what is not ASCII in regular expressions, where esbuild leaves it. */
function escapeRest(file: string): void {
  const code = readFileSync(file, 'utf8');
  const escaped = code.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  writeFileSync(file, escaped);
}

/** Puts another version in the place of package.json's: for the test of an upgrade. */
function versionPlugin(version: string): Plugin {
  return {
    name: 'version',
    setup: ({ onLoad }) => {
      onLoad({ filter: /package\.json$/ }, ({ path }) =>
        path === join(root, 'package.json')
          ? { contents: JSON.stringify({ version }), loader: 'json' }
          : undefined,
      );
    },
  };
}

/** Takes the native packages at the locked versions, with their binaries for `arch` only. */
function installNativePackages(arch: Architecture): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; dependencies?: Record<string, string> }>;
  };
  const work = mkdtempSync(join(tmpdir(), 'blinky-program-'));
  try {
    const dependencies = Object.fromEntries(
      nativePackages.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? '*']),
    );
    writeFileSync(
      join(work, 'package.json'),
      JSON.stringify({ private: true, dependencies, overrides: lockedVersions(lock.packages) }),
    );
    const { cpu } = architectures[arch];
    run('npm', work, [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--os=linux',
      `--cpu=${cpu}`,
      '--libc=glibc',
    ]);
    for (const name of compiledPackages) compile(join(work, 'node_modules', name), arch);
    prune(join(work, 'node_modules'), arch);
    cpSync(join(work, 'node_modules'), join(out, 'node_modules'), { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Loads each, as the program would, so that none is shipped that lacks a file. */
function tryNativePackages(): void {
  const imports = nativePackages.map((name) => `await import('${name}');`).join('');
  run(process.execPath, out, ['--input-type=module', '--eval', imports]);
}

/** The versions of everything that is locked once, so that what ships is what was tested. */
function lockedVersions(packages: Record<string, { version: string }>): Record<string, string> {
  const versions = Object.entries(packages)
    .filter(([path]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path))
    .map(([path, { version }]) => [path.replace('node_modules/', ''), version] as const)
    .filter(([name]) => !nativePackages.some((native) => native === name));
  return Object.fromEntries(versions);
}

/** Compiles a package's native part with Debian's cross compiler and Node's own headers. */
function compile(folder: string, arch: Architecture): void {
  const { cpu, toolPrefix } = architectures[arch];
  const npmRoot = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  const nodeGyp = [
    join(npmRoot, 'npm/node_modules/node-gyp/bin/node-gyp.js'),
    '/usr/share/nodejs/node-gyp/bin/node-gyp.js',
  ].find(existsSync);
  if (!nodeGyp) throw new Error('node-gyp is not there; it comes with npm');
  run(process.execPath, folder, [nodeGyp, 'rebuild', `--arch=${cpu}`, '--nodedir=/usr'], {
    CC: `${toolPrefix}gcc`,
    CXX: `${toolPrefix}g++`,
    AR: `${toolPrefix}ar`,
    LINK: `${toolPrefix}g++`,
  });
  const release = join(folder, 'build/Release');
  const binaries = readdirSync(release).filter((file) => file.endsWith('.node'));
  for (const binary of binaries) {
    run(`${toolPrefix}strip`, release, ['--strip-unneeded', binary]);
  }
  // Only the module itself is needed to run; how it was made is not.
  const kept = new Map(binaries.map((file) => [file, readFileSync(join(release, file))]));
  rmSync(join(folder, 'build'), { recursive: true });
  mkdirSync(release, { recursive: true });
  for (const [file, content] of kept) writeFileSync(join(release, file), content);
}

/** Takes out what only serves to build the packages, or serves other machines. */
function prune(modules: string, arch: Architecture): void {
  const { cpu } = architectures[arch];
  rmSync(join(modules, '.package-lock.json'), { force: true });
  rmSync(join(modules, '.bin'), { recursive: true, force: true });
  const prebuilds = join(modules, 'classic-level/prebuilds');
  for (const folder of readdirSync(prebuilds)) {
    if (folder !== `linux-${cpu}`) rmSync(join(prebuilds, folder), { recursive: true });
  }
  rmSync(join(modules, 'nan'), { recursive: true, force: true });
  for (const file of readdirSync(modules, { recursive: true }).map(String)) {
    // rpio is GPL software: its source must be shipped with it.
    const isSource = buildsOrDocuments.test(file) && !file.startsWith('rpio/');
    const isAside = isSource || asideFolders.test(file) || /(^|\/)\.[^/]+$|musl/.test(file);
    if (isAside) rmSync(join(modules, file), { recursive: true, force: true });
  }
}

function run(
  command: string,
  folder: string,
  args: string[],
  environment: Record<string, string> = {},
): void {
  execFileSync(command, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
