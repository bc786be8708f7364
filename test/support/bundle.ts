import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundles = new Map<string, Promise<string>>();
let folder: string | undefined;

/**
 * JavaScript that does what the TypeScript `file` does, and starts in a third of the time. Made
 * once for each test file, and gone with its process.
 */
export function bundled(file: string): Promise<string> {
  const made = bundles.get(file) ?? bundle(file);
  bundles.set(file, made);
  return made;
}

async function bundle(file: string): Promise<string> {
  const outdir = join(folderOfThisProcess(), String(bundles.size));
  await build({
    entryPoints: { main: join(root, file) },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported later stays a file of its own, and is loaded later.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    plugins: [ownPlaces],
    logLevel: 'warning',
  });
  return join(outdir, 'main.mjs');
}

/** Below the repository, so that its packages are found. */
function folderOfThisProcess(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(root, 'node_modules/.blinky-test-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

/** Files that ask where they are get the answer that they would get without the bundle. */
const ownPlaces: Plugin = {
  name: 'own places',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: 'ts',
    }));
  },
};
