import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { colours } from '../../hardware/lamp.ts';
import { kindsByInterest } from '../events/kinds.ts';
import {
  faultCodeList,
  type PartLabel,
  partLabelList,
  type ShownFaultCode,
} from './health-lists.ts';
import { texts } from './page/texts.js';
import { renderTemplate } from './template.ts';

/** One file of the page, ready to be sent. */
export interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Undefined for what is compressed already. */
  readonly gzipped: Buffer | undefined;
  readonly etag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.yaml': 'application/yaml; charset=utf-8',
};

/** What the pages repeat something for. */
const lists = { lights: colours, kinds: kindsByInterest };

/** The pages, by their files. */
const addressOf: ReadonlyMap<string, string> = new Map([
  ['index.html', '/'],
  ['setup.html', '/setup'],
]);
const partEnding = '.part.html';

/** Beside this file, and beside the compiled program in the package. */
const pageFolder = new URL('./page/', import.meta.url);

/** In the repository, and in the package. */
const wiringPictures = [
  new URL('../../hardware/wiring.svg', import.meta.url),
  new URL('./hardware/wiring.svg', import.meta.url),
];

/** What Prometheus and Grafana take to watch the appliance; in the repository, and in the package. */
const monitoringFolders = [
  new URL('../monitoring/', import.meta.url),
  new URL('./monitoring/', import.meta.url),
];
const monitoringFiles = ['grafana-dashboard.json', 'prometheus-alerts.yaml'];

/** Reads every file of the page once, fills in its texts, and compresses it. */
export function loadAssets(
  faultCodes: readonly ShownFaultCode[],
  partLabels: readonly PartLabel[],
): readonly Asset[] {
  const names = readdirSync(pageFolder);
  const read = (name: string) => readFileSync(new URL(name, pageFolder), 'utf8');
  const parts = new Map(
    names
      .filter((name) => name.endsWith(partEnding))
      .map((name) => [name.slice(0, -partEnding.length), read(name)]),
  );
  parts.set('fault-codes', faultCodeList(faultCodes));
  parts.set('part-labels', partLabelList(partLabels, faultCodes));

  const pages = [...addressOf].map(([name, path]) =>
    createAsset(path, '.html', renderTemplate(read(name), texts, parts, lists)),
  );
  const files = names
    .filter((name) => extname(name) in contentTypes && !name.endsWith('.html'))
    .map((name) => createAsset(`/page/${name}`, extname(name), read(name)));
  const wiring = wiringPictures.find((place) => existsSync(place));
  const pictures = wiring ? [createAsset('/wiring.svg', '.svg', readFileSync(wiring, 'utf8'))] : [];
  return [...pages, ...files, ...pictures, ...monitoring()];
}

function monitoring(): readonly Asset[] {
  const folder = monitoringFolders.find((place) =>
    existsSync(new URL(monitoringFiles[0] ?? '', place)),
  );
  if (!folder) return [];
  return monitoringFiles.map((name) =>
    createAsset(`/monitoring/${name}`, extname(name), readFileSync(new URL(name, folder), 'utf8')),
  );
}

/** Prepares one file to be sent; `extension` (with its dot) says what it is. */
export function createAsset(path: string, extension: string, content: string | Buffer): Asset {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    path,
    contentType: contentTypes[extension] ?? 'application/octet-stream',
    body,
    gzipped: extension === '.webp' ? undefined : gzipSync(body, { level: 9 }),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}
