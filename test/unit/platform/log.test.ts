import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLog, type LogLevel, type LogStyle } from '../../../src/platform/log.ts';

function lines(
  style: LogStyle,
  level: LogLevel,
  write: (log: ReturnType<typeof createLog>) => void,
) {
  const written: string[] = [];
  write(
    createLog({ level, style, now: () => new Date(0), writeLine: (line) => written.push(line) }),
  );
  return written;
}

describe('the log', () => {
  test('plain lines have the time, the level and the part', () => {
    assert.deepEqual(
      lines('plain', 'info', (log) => log.for('udp').warn('hello')),
      ['1970-01-01T00:00:00.000Z warn    udp: hello'],
    );
  });

  test('journal lines have the priority that systemd expects', () => {
    assert.deepEqual(
      lines('journal', 'debug', (log) => {
        log.error('a');
        log.debug?.('b');
      }),
      ['<3>a', '<7>b'],
    );
  });

  test('drops lines less important than its level', () => {
    assert.equal(
      lines('plain', 'warn', (log) => {
        log.info('no');
        log.warn('yes');
      }).length,
      1,
    );
  });

  test('messages that its level does not show are not even built', () => {
    const asked: LogLevel[] = [];
    const say = (level: LogLevel) => {
      asked.push(level);
      return level;
    };
    const write = (log: ReturnType<typeof createLog>) => {
      log.for('udp').debug?.(say('debug'));
      log.for('udp').silly?.(say('silly'));
    };
    assert.deepEqual(lines('journal', 'verbose', write), []);
    assert.deepEqual(asked, []);
    assert.deepEqual(lines('journal', 'debug', write), ['<7>udp: debug']);
    assert.deepEqual(asked, ['debug']);
    assert.deepEqual(lines('journal', 'silly', write), ['<7>udp: debug', '<7>udp: silly']);
  });

  test('Slack tokens are removed from anywhere in a line', () => {
    const written = lines('plain', 'info', (log) =>
      log.info('failed with xoxb-123-abc-DEF and "xapp-1-A-2-b"'),
    );
    assert.doesNotMatch(written[0] ?? '', /123|DEF|A-2/);
  });

  test("messages can't forge a line", () => {
    assert.equal(
      lines('plain', 'info', (log) => log.info('a\nb\u2028c\u001b[2J'))
        .join('')
        .includes('\n'),
      false,
    );
  });
});
