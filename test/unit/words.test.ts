// Plain words: what users read, comments and identifiers contain none of the words below. Each has
// what to say instead. A false alarm is a defect of the pattern; `exceptions` is for quotations.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Kind = 'text' | 'comment' | 'name';

/** A piece of a file, and the line in which it starts, counted from 1. */
interface Piece {
  readonly kind: Kind;
  readonly text: string;
  readonly line: number;
}

type Word = readonly [banned: RegExp, say: string];

/** In texts and comments. */
const everywhere: readonly Word[] = [
  [/\b(?:un)?mend(?:s|ed|ing)?\b/i, 'fix'],
  [/\banew\b/i, 'again'],
  [/\bwhoever\b|\bwhosoever\b/i, 'anyone who; or name the user, client or program'],
  [/\boutliv(?:e|es|ed|ing)\b/i, 'survives; stays longer than'],
  [/\bstands? in(?! for)\b/i, 'is in'],
  [/\bbears?\b(?! with)/i, 'has'],
  [/\bcan not\b/i, "can't"],
  [/\bits youth\b/i, 'so that the young generation can collect it'],
  [/\b(?:is|are|be) spared\b/i, 'is written less; is left alone'],
  [/\btold about in\b/i, 'described in'],
  [/\bleads? (?:its |the )?ports?\b/i, 'forwards ports'],
  [/\bgo(?:es)? twice\b/i, 'is sent twice'],
  [/\bhow things are\b/i, 'state'],
  [/\bdoes not know itself\b/i, 'unknown'],
  [/\bnot to be had\b/i, 'not available'],
  [/\bput by\b/i, 'stored; buffered'],
  [/\bis none of ours\b/i, "isn't ours"],
  [/\bsurroundings\b/i, 'environment'],
  [/\bdoorkeepers?\b/i, 'admission'],
  [/\bnewcomers?\b/i, 'pending connection'],
  [/\bwinks?\b/i, 'flash'],
];

/** In what users read, too; comments may say more in a sentence. */
const inTexts: readonly Word[] = [
  [/(?<!\bthere )\b(?:is|was) no (?!longer\b|more\b|different\b)[a-z]/i, "isn't a …"],
  [/\bof (?:its|their|your|his|her) own\b/i, 'its own …; separate'],
  [/\bin force\b/i, 'in effect; used; applied; valid'],
  [/\bin the place of\b/i, 'in place of'],
  [/\ball the same\b/i, 'still; anyway'],
  [/\bby hand\b/i, 'manually'],
  [/\bby (?:itself|themselves)\b/i, 'automatically'],
  [/\bpassed over\b/i, 'ignored; skipped'],
  [/\bas it came\b/i, 'original; unchanged'],
  [/\btells\b(?! (?:it|you)\b)|\b(?:is|was|be|been) told\b/i, 'reports; shows; says; set to'],
  [/(?<!\b(?:lights?|lamps?|LEDs?) )\bgo(?:es)? on\b(?! to\b)/i, 'continues; resumes'],
  [/\bnothing listens\b/i, 'connection refused'],
  [/\breach(?:es)? (?:the|its) pins\b/i, 'can control the pins'],
  [/\bfound no\b|\bno such (?:file|thing)\b/i, '… not found'],
  [/\bno valid\b/i, 'invalid'],
  [/\bsay (?:what|where|whose|which)\b/i, 'missing …; specify …'],
  [/\bmay not\b/i, "isn't allowed to; or: might not"],
  [/\bstart (?:the (?:appliance|Pi|program)|it) again\b/i, 'restart …'],
  [/\bquarter of an hour\b/i, '15 minutes'],
  [/\ba minute or so\b/i, '1 to 2 minutes'],
  [/\bout of reach\b/i, 'unreachable'],
  [/\bgives no receipt\b/i, 'delivery not confirmed'],
  [/\bNothing is wrong\b/, 'All checks passed'],
  [/\bwhich way round\b/i, 'the direction of'],
  [/\bno event\b/i, "isn't a valid event; no events"],
];

/** Names of variables, functions, types and properties. */
const inNames: readonly Word[] = [
  [/surroundings/i, 'environment'],
  [/announcer/i, 'state publisher'],
  [/Figures?$/, 'Statistics'],
  [/doorkeeper/i, 'admission'],
  [/newcomer/i, 'pending connection'],
  [/^winks?$|Wink/, 'flash'],
  [/^outlets?$|Outlets?$/, 'publisher'],
];

const wordsFor: Readonly<Record<Kind, readonly Word[]>> = {
  text: [...everywhere, ...inTexts],
  comment: everywhere,
  name: inNames,
};

/** Quotations of others' words, by file. */
const exceptions: readonly (readonly [file: string, text: RegExp, why: string])[] = [];

const isChecked = /\.(?:ts|js|html|md|sh|service|path|timer)$|\/[a-z-]+$/;

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isChecked.test(`/${entry.name}`))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|md)$/.test(entry.name))
    .map(({ name }) => join(folder, name));

const foldersOfSource = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `src/${name}`);

/** The files that are checked, each area with a test of its own. */
const areas: readonly (readonly [name: string, files: readonly string[]])[] = [
  ...[...foldersOfSource, 'hardware', 'scripts', 'systemd'].map(
    (folder) => [folder, filesBelow(folder)] as const,
  ),
  ['src', filesIn('src')],
  ['documents', filesIn('').filter((file) => file.endsWith('.md'))],
];

const piecesOf = (file: string, content: string): readonly Piece[] => {
  if (/\.[jt]s$/.test(file)) return piecesOfCode(content);
  if (file.endsWith('.html'))
    return linesOf(
      content.replace(/<!--[\s\S]*?-->|<(style|script)\b[\s\S]*?<\/\1>/g, blanked),
      'text',
    );
  if (file.endsWith('.md')) return linesOf(ofDocument(file, content), 'text');
  return linesOf(content, 'comment');
};

/** Without what is in it, but with its line ends, so that lines keep their numbers. */
const blanked = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Prose without code. Of the change log only what is not released: the rest is history. */
function ofDocument(file: string, content: string): string {
  const current = file === 'CHANGELOG.md' ? content.split(/^(?=## )/m, 2).join('') : content;
  return current.replace(/^(```+)[\s\S]*?^\1/gm, blanked).replace(/`[^`\n]*`/g, blanked);
}

function linesOf(text: string, kind: Kind): Piece[] {
  return text.split('\n').map((line, index) => ({ kind, text: line, line: index + 1 }));
}

/** A piece of JavaScript: a comment, a text, a regular expression, a name, or anything else. */
const token =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[`}](?:\\[\s\S]|\$(?!\{)|[^`$\\])*(?:`|\$\{)|\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*|[A-Za-z_$][\w$]*|\d[\w.]*|[\s\S]/g;

/**
 * Texts, comments and names of TypeScript. A `/` after a value divides, and a `}` goes on with a
 * template only where one is open.
 */
function piecesOfCode(content: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let isAfterValue = false;
  token.lastIndex = 0;
  for (let match = token.exec(content); match; match = token.exec(content)) {
    let [found] = match;
    const [first = ''] = found;
    const isComment = /^\/[/*]/.test(found);
    const isInTemplate = first === '}' && templates.at(-1) === depth;
    if (
      found.length > 1 &&
      ((first === '}' && !isInTemplate) || (first === '/' && !isComment && isAfterValue))
    ) {
      found = first;
      token.lastIndex = match.index + 1;
    }
    if (first === '{') depth += 1;
    if (isInTemplate) templates.pop();
    else if (first === '}') depth -= 1;
    const isTemplate = first === '`' || isInTemplate;
    if (isTemplate && found.endsWith('${')) templates.push(depth);
    const kind = isComment ? 'comment' : /['"`]/.test(first) || isInTemplate ? 'text' : 'name';
    const isText = kind === 'text' && /\S\s+\S/.test(found);
    const isName = /^[A-Za-z_$]/.test(first);
    if (isComment || isText || isName) {
      pieces.push(...linesOf(found, kind).map((one) => ({ ...one, line: line + one.line - 1 })));
    }
    line += found.split('\n').length - 1;
    if (!isComment && found.trim() !== '') {
      isAfterValue = isName
        ? !/^(?:return|case|typeof|of|in|yield|await)$/.test(found)
        : (kind === 'text' && !found.endsWith('${')) || /^[)\]\d]/.test(found);
    }
  }
  return pieces;
}

/** Every banned word in a file: where, which, and what to say instead. */
function bannedIn(file: string, content: string): string[] {
  return piecesOf(file, content).flatMap(({ kind, text, line }) =>
    wordsFor[kind].flatMap(([pattern, say]) => {
      const found = pattern.exec(text)?.[0];
      const isException = exceptions.some(([of, quoted]) => of === file && quoted.test(text));
      return found === undefined || isException
        ? []
        : [`${file}:${line}: "${found}" (${kind}); say: ${say}`];
    }),
  );
}

describe('plain words', () => {
  for (const [area, files] of areas) {
    if (files.length === 0) continue;
    test(area, () => {
      const banned = files.flatMap((file) =>
        bannedIn(file, readFileSync(join(root, file), 'utf8')),
      );
      assert.equal(banned.length, 0, `\n${banned.join('\n')}`);
    });
  }

  test('texts, comments and names are told apart, each with its line', () => {
    const code = [
      '// Mended.',
      'const winks = 1 / 2; // of his own, anew',
      ['log(`it is told $', '{({ a: winks }).a} of its own $', '{winks} anew`);'].join(''),
      "import 'mend'; log(/its own'/, 'a } mend `');",
      "log('its youth');",
    ].join('\n');
    assert.deepEqual(
      bannedIn('a.ts', code).map((one) => one.replace(/; say.*/, '')),
      [
        'a.ts:1: "Mended" (comment)',
        'a.ts:2: "winks" (name)',
        'a.ts:2: "anew" (comment)',
        'a.ts:3: "is told" (text)',
        'a.ts:3: "winks" (name)',
        'a.ts:3: "of its own" (text)',
        'a.ts:3: "winks" (name)',
        'a.ts:3: "anew" (text)',
        'a.ts:4: "mend" (text)',
        'a.ts:5: "its youth" (text)',
      ],
    );
    assert.deepEqual(bannedIn('a.md', 'Fine.\n```\nmend\n```\nRun `mend`.\n'), []);
    assert.equal(
      bannedIn('a.md', 'Fine.\n```\nx\n```\nWho mends it?\n')[0],
      'a.md:5: "mends" (text); say: fix',
    );
  });
});
