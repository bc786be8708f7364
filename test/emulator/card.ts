// Card images as files of this machine: no loop devices, no root.
import { execFileSync } from 'node:child_process';
import { rmSync, statSync, truncateSync } from 'node:fs';

/** The first partition begins at 1 MiB (scripts/image/make-card). */
const fatOf = (card: string) => `${card}@@1M`;

/** Copies an image to a card as large as the next power of two: QEMU takes no other. */
export function makeCard(image: string, card: string): void {
  rmSync(card, { force: true });
  execFileSync('cp', ['--sparse=always', image, card]);
  truncateSync(card, 2 ** Math.ceil(Math.log2(statSync(image).size)));
}

/** The names on the card's FAT partition, without those in its folders. */
export function namesOnCard(card: string): string[] {
  return execFileSync('mdir', ['-b', '-i', fatOf(card), '::'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().replace(/^::\//, ''))
    .filter((name) => name !== '');
}

export function readFromCard(card: string, name: string): string {
  return execFileSync('mtype', ['-i', fatOf(card), `::${name}`], { encoding: 'utf8' });
}

/** Writes a file to the card's FAT partition, as any computer can. */
export function writeToCard(card: string, name: string, content: string | Buffer): void {
  execFileSync('mcopy', ['-D', 'o', '-i', fatOf(card), '-', `::${name}`], { input: content });
}

/** Takes the newest of the files whose names begin so, by version number, off the FAT partition. */
export function takeNewestOffCard(card: string, beginning: string, to: string): void {
  const byVersion = new Intl.Collator('en', { numeric: true });
  const name = namesOnCard(card)
    .filter((one) => one.startsWith(beginning))
    .sort(byVersion.compare)
    .at(-1);
  if (!name) throw new Error(`${card} has no ${beginning} on its first partition`);
  execFileSync('mcopy', ['-n', '-o', '-i', fatOf(card), `::${name}`, to]);
}

/** A partition of the card, in sectors of 512 bytes. */
export interface Partition {
  readonly start: number;
  readonly size: number;
}

/** The partitions of the card, first one first. */
export function partitionsOf(card: string): Partition[] {
  const { partitiontable } = JSON.parse(
    execFileSync('sfdisk', ['--json', card], { encoding: 'utf8' }),
  ) as { partitiontable: { partitions: Partition[] } };
  return partitiontable.partitions;
}

/** Copies a partition of the card, counted from 1, into a file. */
export function takePartitionOffCard(card: string, number: number, to: string): void {
  const partition = partitionsOf(card)[number - 1];
  if (!partition) throw new Error(`${card} has no partition ${number}`);
  execFileSync('dd', [
    ...[`if=${card}`, `of=${to}`, 'bs=1M', 'iflag=skip_bytes,count_bytes', 'conv=sparse'],
    ...[`skip=${partition.start * 512}`, `count=${partition.size * 512}`, 'status=none'],
  ]);
}
