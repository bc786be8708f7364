import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BugLog, isBug, stackOf } from '../../../src/platform/bug-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

function setUp() {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  return { clock, lines, bugs: new BugLog(clock, log) };
}

const thrownHere = (message: string) => new TypeError(message);
/** Errors that were thrown in different places. */
const thrownAt = (line: number, message = 'of its own') => {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at run (main.js:${line}:1)`;
  return error;
};

describe('the log of bugs', () => {
  test('logs each bug once a minute with its stack, whatever its message, and counts repetitions', () => {
    const { clock, lines, bugs } = setUp();
    for (let time = 0; time < 50; time += 1)
      bugs.report('GET /x', thrownAt(1, `no ${time}\n    at`));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0] ?? '',
      /^error +GET \/x failed because of a bug: Error: no 0 .*at run \(main\.js:1:1\)/,
    );
    clock.advance(59_999);
    bugs.report('GET /x', thrownAt(1, 'again'));
    assert.equal(lines.length, 1);
    clock.advance(1);
    bugs.report('GET /x', thrownAt(1, 'again'));
    assert.match(lines[1] ?? '', /because of a bug \(and 50 times before\): Error: again/);
  });

  test('is not filled by many different bugs', () => {
    const { clock, lines, bugs } = setUp();
    for (let line = 0; line < 500; line += 1) bugs.report('GET /x', thrownAt(line));
    assert.equal(lines.length, 10);
    clock.advance(60_000);
    for (let line = 0; line < 500; line += 1) bugs.report('GET /x', thrownAt(line));
    assert.equal(lines.length, 20);
  });

  test('limits the length of a line, and accepts values that are not errors', () => {
    const { lines, bugs } = setUp();
    bugs.report('GET /x', thrownHere('x'.repeat(100_000)));
    assert.ok((lines[0] ?? '').length < 4100);
    bugs.report('GET /x', 'only words');
    assert.match(lines[1] ?? '', /: only words$/);
  });
});

test('errors thrown by the language are bugs; errors with a code are failures outside', () => {
  assert.ok(isBug(new TypeError("Cannot read properties of undefined (reading 'x')")));
  assert.ok(isBug(new ReferenceError('x is not defined')));
  assert.ok(!isBug(Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })));
  assert.ok(!isBug(new Error('connect ECONNREFUSED')));
  assert.ok(!isBug(new SyntaxError('Unexpected end of JSON input')));
  assert.ok(!isBug('words'));
});

test('the stack of a value that is not an error is its text', () => {
  assert.equal(stackOf('words'), 'words');
  assert.match(stackOf(thrownHere('no')), /^TypeError: no\n +at thrownHere/);
});
