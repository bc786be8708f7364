import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Asset, createAsset } from '../assets.ts';

/** Beside the program in the package, where the build put it. */
const renderedFolder = new URL('./help/', import.meta.url);
/** In a checkout. */
const sourceFolder = new URL('../../manual/', import.meta.url);

/** The files of the help by their paths, each read and compressed when it is asked for. */
export type Help = ReadonlyMap<string, () => Promise<Asset>>;

/** Finds the files of the help. In a checkout they are rendered now. */
export async function loadHelp(): Promise<Help> {
  return existsSync(renderedFolder) ? renderedFiles() : renderFiles();
}

async function renderedFiles(): Promise<Help> {
  const names = await readdir(renderedFolder);
  return helpOf(
    names.map((name) => [name, () => readFile(new URL(name, renderedFolder))] as const),
  );
}

async function renderFiles(): Promise<Help> {
  // The package has no renderer: scripts/build-program.ts leaves it out.
  const { buildHelp } = await import('./build-help.ts');
  return helpOf(
    buildHelp(sourceFolder).map(({ name, content }) => [name, async () => content] as const),
  );
}

/** A file that was asked for once stays in memory. */
function helpOf(
  files: readonly (readonly [name: string, read: () => Promise<string | Buffer>])[],
): Help {
  return new Map(
    files.map(([name, read]) => {
      const path = pathOf(name);
      let asset: Promise<Asset> | undefined;
      const load = async () => createAsset(path, extname(name), await read());
      return [
        path,
        () => {
          asset ??= load();
          return asset;
        },
      ];
    }),
  );
}

const pathOf = (file: string): string =>
  file === 'README.html' ? '/help' : `/help/${file.replace(/\.html$/, '')}`;
