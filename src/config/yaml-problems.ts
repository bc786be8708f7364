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

/** One reason why a text is invalid YAML, worded for the user. */
export interface YamlProblem {
  readonly line: number;
  readonly what: string;
  readonly fix: string;
}

/** Further problems are usually consequences of the first ones. */
const mostProblems = 5;

/** Finds why the text is invalid YAML; for each line the first problem, since others follow from it. */
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
 * Translates the parser's codes: its messages are for programmers and may quote a secret
 * (https://eemeli.org/yaml/#errors).
 */
function problemOf(
  error: YAMLParseError | YAMLError,
  text: string,
  lineOf: (offset: number) => number,
): YamlProblem {
  const [offset] = error.pos;
  const at: At = (what, fix, place = offset) => ({
    line: lineOf(place),
    what: `invalid YAML: ${what}`,
    fix,
  });
  const character = text[offset] ?? '';
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return at('a tab at the start of the line', 'indent with spaces');
    case 'DUPLICATE_KEY': {
      const key = /^["']?([\w-]{1,60})/.exec(text.slice(offset))?.[1];
      return at(
        key ? `the key ${key} occurs twice` : 'a key occurs twice',
        'use each key once in a section',
      );
    }
    case 'BAD_ALIAS':
      return at('a value starts with *', "put it in quotes, e.g. '*'");
    case 'BAD_SCALAR_START':
      return at(`a value starts with ${character}`, 'put it in quotes');
    case 'BAD_DQ_ESCAPE':
      return at(
        'a backslash in double quotes has a special meaning',
        "use single quotes, e.g. 'C:\\file'",
      );
    case 'MULTIPLE_DOCS':
      return at('a second document (after --- or ...)', 'use one document only');
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

type At = (what: string, fix: string, offset?: number) => YamlProblem;

const sameIndent = 'put the same number of spaces before all keys of a section';
const openingOf: Readonly<Record<string, string>> = { ']': '[', '}': '{', '"': '"', "'": "'" };

function unfinished(error: YAMLError, text: string, offset: number, at: At): YamlProblem {
  const closing = /(?:end with an? |closing )["']?(["'\]}])/.exec(error.message)?.[1];
  if (closing === undefined) {
    const what = 'this line is indented differently from the others of its section';
    return at(what, sameIndent, contentAfter(text, offset));
  }
  const start = text.lastIndexOf(openingOf[closing] ?? closing, offset - 1);
  // The bracket is inside a comment: { channel: #alerts }
  const before = text.slice(0, offset).trimEnd();
  const lastLine = before.slice(before.lastIndexOf('\n') + 1);
  return lastLine.replace(/^[^#]*/, '').includes(closing)
    ? at(
        `no ${closing}, because # starts a comment`,
        'put a value that starts with # in quotes',
        start,
      )
    : at(`no closing ${closing}`, `add ${closing} at the end of the value`, start);
}

/** `a: b: c`, `a:b`, a line without a colon, or one that is indented too far. */
function misplacedColon(text: string, offset: number, at: At): YamlProblem {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = text.slice(lineStart).split('\n', 1);
  const hasColon = /:(?:\s|$)/;
  if (hasColon.test(line.slice(offset - lineStart)) && line.slice(0, offset - lineStart).trim()) {
    return at(
      'a second colon on the line',
      'write one `key: value` on a line, and put text with a colon in quotes',
    );
  }
  if (!hasColon.test(line)) {
    return /^\s*(?:- )?["']?[\w-]+["']?:\S/.test(line)
      ? at('no space after the colon', 'write `key: value`')
      : at('a line without a colon', 'write `key: value` on each line');
  }
  const what = 'this line is indented below a line that already has a value';
  return at(what, sameIndent, contentAfter(text, lineStart + line.length + 1));
}

/** Returns the offset of the next line that is neither empty nor a comment. */
function contentAfter(text: string, offset: number): number {
  const found = text.slice(offset).search(/^[ \t]*[^\s#]/m);
  return found === -1 ? Math.min(offset, text.length - 1) : offset + found;
}

function unexpected(message: string, character: string): [what: string, fix: string] {
  if (message.startsWith('Block scalar header')) {
    return ['a value starts with > or |', 'put it in quotes'];
  }
  if (message.startsWith('Unexpected block-seq-ind')) {
    return ['a list item (-) on the line of its key', 'write each item on a separate line'];
  }
  if (message === 'Unexpected scalar at node end') {
    return [
      'text after the end of a value',
      'write one value per key, and double any single quote inside single quotes',
    ];
  }
  const shown = /^[^\w\s]$/.test(character) ? ` near ${character}` : '';
  return [`syntax error${shown}`, 'write `key: value` on each line and indent with spaces'];
}

/** Finds aliases (YAML 1.2, section 7.1) that refer to nothing, or to something that contains them. */
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
      // A password that starts with * looks like an alias.
      const name = isSecretKey(key) ? '' : ` *${node.source}`;
      dead.push({
        line: lineOf(node.range?.[0] ?? 0),
        what: `the alias${name} refers to nothing`,
        fix: 'put a value that starts with * in quotes, or mark the target with & further up',
      });
    },
  });
  return dead;
}
