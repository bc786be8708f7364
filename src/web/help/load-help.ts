import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type Asset, createAsset } from '../assets.ts';
import type { HelpFile } from './build-help.ts';

/** Beside the program in the package, where the build put it. */
const renderedFolder = new URL('./help/', import.meta.url);
/** In a checkout. */
const sourceFolder = new URL('../../manual/', import.meta.url);

/** Every file of the help, by its path. In a checkout it is rendered now. */
export async function loadHelp(): Promise<ReadonlyMap<string, Asset>> {
  const files = existsSync(renderedFolder) ? renderedFiles() : await renderFiles();
  const assets = files.map(({ name, content }) =>
    createAsset(pathOf(name), extname(name), content),
  );
  return new Map(assets.map((asset) => [asset.path, asset]));
}

function renderedFiles(): readonly HelpFile[] {
  return readdirSync(renderedFolder).map((name) => ({
    name,
    content: readFileSync(new URL(name, renderedFolder), 'utf8'),
  }));
}

async function renderFiles(): Promise<readonly HelpFile[]> {
  // The package has no renderer: scripts/build-program.ts leaves it out.
  const { buildHelp } = await import('./build-help.ts');
  return buildHelp(sourceFolder);
}

const pathOf = (file: string): string =>
  file === 'README.html' ? '/help' : `/help/${file.replace(/\.html$/, '')}`;
