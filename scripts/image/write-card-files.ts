// Writes the files that the image puts on its FAT partition for users to change.
// Usage: npx tsx scripts/image/write-card-files.ts FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardTemplates } from './card-templates.ts';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: npx tsx scripts/image/write-card-files.ts FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(cardTemplates())) writeFileSync(join(folder, name), text);
