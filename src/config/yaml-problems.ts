import {
  type Document,
  isPair,
  isScalar,
  type LineCounter,
  visit,
  type YAMLError,
  type YAMLParseError,
} from 'yaml';
import { isSecretKey } from './secrets.ts';

/** One thing that makes a text no YAML, in words for the person who wrote it. */
export interface YamlProblem {
  readonly line: number;
  readonly found: string;
  readonly allowed: string;
}

/** More would be consequences of the first ones. */
const mostProblems = 5;

/** What keeps the text from being YAML; of each line the first problem, since others follow from it. */
export function yamlProblems(
  document: Document.Parsed,
  text: string,
  lines: LineCounter,
): readonly YamlProblem[] {
  const lineOf = (offset: number) => Math.max(lines.linePos(offset).line, 1);
  const problems = document.errors.map((error) => problemOf(error, text, lineOf));
  problems.push(...deadAliases(document, lineOf));
  const ofLine = new Map<number, YamlProblem>();
  for (const problem of problems) {
    if (!ofLine.has(problem.line)) ofLine.set(problem.line, problem);
  }
  return [...ofLine.values()].sort((a, b) => a.line - b.line).slice(0, mostProblems);
}

/**
 * The parser's own messages are for programmers and may quote a secret; its codes say the same
 * (https://eemeli.org/yaml/#errors).
 */
function problemOf(
  error: YAMLParseError | YAMLError,
  text: string,
  lineOf: (offset: number) => number,
): YamlProblem {
  const [offset] = error.pos;
  const at: At = (found, allowed, place = offset) => ({
    line: lineOf(place),
    found: `invalid YAML: ${found}`,
    allowed,
  });
  const character = text[offset] ?? '';
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return at('a tab at the beginning of the line', 'spaces to indent with');
    case 'DUPLICATE_KEY': {
      const key = /^["']?([\w-]{1,60})/.exec(text.slice(offset))?.[1];
      return at(
        `the key ${key ?? ''} a second time`.replace('  ', ' '),
        'each key once in a section',
      );
    }
    case 'BAD_ALIAS':
      return at('a value that begins with * without quotes', "such a value in quotes, e.g. '*'");
    case 'BAD_SCALAR_START':
      return at(`a value that begins with ${character}`, 'such a value in quotes');
    case 'BAD_DQ_ESCAPE':
      return at(
        'a backslash in double quotes, which has a meaning of its own there',
        "single quotes around such a value, e.g. 'C:\\file'",
      );
    case 'MULTIPLE_DOCS':
      return at('a second document (after --- or ...)', 'one document');
    case 'MISSING_CHAR':
    case 'BAD_INDENT':
      return unfinished(error, text, offset, at);
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return misplacedColon(text, offset, at);
    default:
      return at(...unexpected(error.message, character));
  }
}

type At = (found: string, allowed: string, offset?: number) => YamlProblem;

const sameIndent = 'the same number of spaces before all keys of a section';
const openingOf: Readonly<Record<string, string>> = { ']': '[', '}': '{', '"': '"', "'": "'" };

function unfinished(error: YAMLError, text: string, offset: number, at: At): YamlProblem {
  const closing = /(?:end with an? |closing )["']?(["'\]}])/.exec(error.message)?.[1];
  if (closing === undefined) {
    const found = 'the line is indented differently from those it belongs to';
    return at(found, sameIndent, contentAfter(text, offset));
  }
  const start = text.lastIndexOf(openingOf[closing] ?? closing, offset - 1);
  // A comment takes the bracket with it: { channel: #alerts }
  const before = text.slice(0, offset).trimEnd();
  const lastLine = before.slice(before.lastIndexOf('\n') + 1);
  return lastLine.replace(/^[^#]*/, '').includes(closing)
    ? at(`no ${closing}, since # begins a comment`, 'a value that begins with # in quotes', start)
    : at(`a ${openingOf[closing]} without its ${closing}`, `${closing} where it ends`, start);
}

/** `a: b: c`, `a:b`, a line without a colon, or one that is indented too far. */
function misplacedColon(text: string, offset: number, at: At): YamlProblem {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = text.slice(lineStart).split('\n', 1);
  const hasColon = /:(?:\s|$)/;
  if (hasColon.test(line.slice(offset - lineStart)) && line.slice(0, offset - lineStart).trim()) {
    return at(
      'a second colon in the line',
      'one `key: value` in a line; a text with a colon in quotes',
    );
  }
  if (!hasColon.test(line)) {
    return /^\s*(?:- )?["']?[\w-]+["']?:\S/.test(line)
      ? at('no space after the colon', '`key: value`')
      : at('a line without a colon', '`key: value` on each line');
  }
  const found = 'the line is indented further than the one above it, which has a value';
  return at(found, sameIndent, contentAfter(text, lineStart + line.length + 1));
}

/** Where the next line begins that is neither empty nor a comment, from a place in this one on. */
function contentAfter(text: string, offset: number): number {
  const found = text.slice(offset).search(/^[ \t]*[^\s#]/m);
  return found === -1 ? Math.min(offset, text.length - 1) : offset + found;
}

function unexpected(message: string, character: string): [found: string, allowed: string] {
  if (message.startsWith('Block scalar header')) {
    return ['a value that begins with > or |', 'such a value in quotes'];
  }
  if (message.startsWith('Unexpected block-seq-ind')) {
    return ['a list item (-) in the line of its key', 'each item in a line of its own'];
  }
  if (message === 'Unexpected scalar at node end') {
    return [
      'text after the end of a value',
      'one value for each key; in single quotes, a quote inside it is written twice',
    ];
  }
  const shown = /^[^\w\s]$/.test(character) ? ` near ${character}` : '';
  return [`the line can't be read${shown}`, '`key: value` on each line, indented with spaces'];
}

/** Aliases (YAML 1.2, section 7.1) that stand for nothing, or for something they are inside of. */
function deadAliases(
  document: Document.Parsed,
  lineOf: (offset: number) => number,
): readonly YamlProblem[] {
  const dead: YamlProblem[] = [];
  visit(document, {
    Alias: (_position, node, path) => {
      const target = node.resolve(document);
      if (target && !path.includes(target)) return;
      const pair = path.findLast(isPair);
      const key = isScalar(pair?.key) ? String(pair.key.value) : '';
      // A password that begins with * looks like an alias.
      const name = isSecretKey(key) ? '' : ` *${node.source}`;
      dead.push({
        line: lineOf(node.range?.[0] ?? 0),
        found: `the alias${name} to something that is not there, or that it is a part of`,
        allowed: 'a value that begins with * in quotes; or an alias to what is marked & further up',
      });
    },
  });
  return dead;
}
