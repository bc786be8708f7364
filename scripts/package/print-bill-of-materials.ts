// Prints what the program or the card image consists of, as CycloneDX. Usage:
//   npm sbom … | npx tsx scripts/package/print-bill-of-materials.ts program VERSION
//   npx tsx scripts/package/print-bill-of-materials.ts image VERSION < /var/lib/dpkg/status
import { readFileSync } from 'node:fs';
import { imageBill, programBill } from './bill-of-materials.ts';

const [kind, version] = process.argv.slice(2);
if (!version || (kind !== 'program' && kind !== 'image')) {
  console.error('print-bill-of-materials: arguments must be program or image, and the version');
  process.exit(2);
}
const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? Math.floor(Date.now() / 1000));
const input = readFileSync(0, 'utf8');
const bill = (kind === 'program' ? programBill : imageBill)(input, { version, epoch });
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
