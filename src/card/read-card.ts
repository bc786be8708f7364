// Reads the files on the FAT partition of the image at every start, before everything that needs them: `node card.js --boot /boot/firmware --state DIRECTORY --run /run/blinky-card`.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { hashPassword } from '../access/password.ts';
import { messageOf } from '../platform/errors.ts';
import { applyParts } from './apply.ts';
import type { CardFile } from './card-files.ts';
import { openCard } from './card-writer.ts';
import { type Folders, readCard, readState } from './folders.ts';
import { lastSettingsFolders } from './last-settings.ts';
import { newPassword } from './new-password.ts';
import { type Note, wrong } from './plan.ts';
import { resultFile, resultText } from './result.ts';
import { stateFiles, understandCard } from './understand.ts';

const usage = `Usage: card.js --boot FOLDER --state FOLDER --run FOLDER [options]

Reads blinky.yaml, wifi.txt, authorized_keys and slack-token.txt on the card (also under similar
names), stores their settings, and writes result.txt.

Options:
  --boot FOLDER         the card's FAT partition
  --state FOLDER        where the settings are stored
  --run FOLDER          where the files for the services go
  --credentials FOLDER  where the Slack token goes (default /run/credstore)
  --issue FOLDER        where the text above the login prompt goes (default /run/issue.d)
  --remount             mount the FAT partition as writable only while writing to it
  --help                show this help
`;

const { values } = parseArgs({
  options: {
    boot: { type: 'string' },
    state: { type: 'string' },
    run: { type: 'string' },
    credentials: { type: 'string', default: '/run/credstore' },
    issue: { type: 'string', default: '/run/issue.d' },
    remount: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});

const { boot, state, run, credentials, issue } = values;
if (values.help || !boot || !state || !run) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}
await readFiles(
  { card: boot, state, run, credentials, issue, ...lastSettingsFolders(state) },
  values.remount,
);

/** Reports failures and applies the rest. */
async function readFiles(folders: Folders, remounts: boolean): Promise<void> {
  const { files, notes: unread } = readCardOrReport(folders.card);
  const contents = { card: files, state: readState(folders.state, stateFiles) };
  const parts = await understandCard(contents, {
    newPassword: () => newPassword(randomBytes),
    hashPassword,
    hostName: hostname(),
    runFolder: folders.run,
  });
  const card = openCard(folders, remounts);
  const notes = [...unread, ...applyParts(parts, card)];
  notes.forEach(print);
  const content = resultText(notes, packageJson.version);
  try {
    card.close({ place: 'card', file: resultFile, content });
  } catch (error) {
    print(wrong(`could not write ${resultFile}: ${messageOf(error)}`));
  }
}

function readCardOrReport(folder: string): { files: CardFile[]; notes: Note[] } {
  try {
    return { files: readCard(folder), notes: [] };
  } catch (error) {
    return { files: [], notes: [wrong(`can't read the files on the card: ${messageOf(error)}`)] };
  }
}

/** Prints a note with its priority for systemd's journal (sd-daemon(3)): warning or information. */
function print({ kind, text }: Note): void {
  process.stdout.write(`${kind === 'wrong' ? '<4>' : '<6>'}${text}\n`);
}
