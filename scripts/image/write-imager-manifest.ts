// Writes build/blinky-light-VERSION-arm64.rpi-imager-manifest beside an image.
import { createHash } from 'node:crypto';
import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { imagerManifest } from './imager-manifest.ts';

const usage = `Usage: npx tsx scripts/image/write-imager-manifest.ts --image FILE.img --version VERSION [--url URL]

Writes FILE.rpi-imager-manifest, with which Raspberry Pi Imager writes FILE.img.xz, which must lie
beside FILE.img.

  --url URL   where others find FILE.img.xz (https://…); without it, the file on this machine
`;

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    version: { type: 'string' },
    url: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const { image, version } = values;
if (values.help || !image?.endsWith('.img') || !version) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}

const compressed = `${image}.xz`;
const manifest = imagerManifest({
  version,
  url: values.url ?? pathToFileURL(compressed).href,
  imageBytes: statSync(image).size,
  imageSha256: await sha256(image),
  compressedBytes: statSync(compressed).size,
  compressedSha256: await sha256(compressed),
  releaseDate: releaseDate(),
});
const file = image.replace(/\.img$/, '.rpi-imager-manifest');
writeFileSync(file, manifest);
console.log(file);

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The date of what is built (https://reproducible-builds.org/specs/source-date-epoch), else today. */
function releaseDate(): string {
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  const date = epoch ? new Date(Number(epoch) * 1000) : new Date();
  return date.toISOString().slice(0, 10);
}
