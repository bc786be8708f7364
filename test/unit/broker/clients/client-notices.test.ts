import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientNotices, type NoticeKind } from '../../../../src/broker/clients/client-notices.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const minute = 60_000;
const refused: NoticeKind = {
  name: 'refused',
  level: 'info',
  ended: (count) => `refused ${count} times in all`,
};
const ignored: NoticeKind = { name: 'ignored', level: 'warn' };

function create() {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const notices = new ClientNotices(clock, log);
  const note = (kind: NoticeKind, clientId: string, address: string, text = 'why') =>
    notices.note(kind, { clientId, address }, () => text);
  return { clock, lines, notices, note };
}

describe('notices about clients', () => {
  test('one line when it starts, one when it has not occurred for ten minutes', () => {
    const { clock, lines, note } = create();
    for (let index = 0; index < 50; index += 1) {
      note(refused, 'DVES_82A6C9', '10.0.0.9', `for the time ${index}`);
      clock.advance(2 * minute);
    }
    assert.deepEqual(lines, ['info    client DVES_82A6C9 at 10.0.0.9: for the time 0']);
    clock.advance(10 * minute);
    assert.deepEqual(lines.slice(1), [
      'info    client DVES_82A6C9 at 10.0.0.9: refused 50 times in all',
    ]);
    assert.equal(clock.pending, 0);
    note(refused, 'DVES_82A6C9', '10.0.0.9');
    assert.equal(lines.length, 3);
  });

  test('a single occurrence is one line, as is a kind without a text for its end', () => {
    const { clock, lines, note } = create();
    note(refused, 'a', '10.0.0.9');
    note(ignored, 'a', '10.0.0.9');
    note(ignored, 'a', '10.0.0.9');
    clock.advance(20 * minute);
    assert.deepEqual(lines, [
      'info    client a at 10.0.0.9: why',
      'warn    client a at 10.0.0.9: why',
    ]);
  });

  test('many clients at one address, or at many, have few lines, and leave room for others', () => {
    const { clock, lines, note } = create();
    for (let index = 0; index < 1000; index += 1) note(refused, `crowd ${index}`, '10.0.0.9');
    assert.equal(lines.length, 5);
    assert.equal(lines.at(-1), 'info    other clients at 10.0.0.9: why');
    note(refused, 'honest', '10.0.0.10');
    assert.equal(lines.at(-1), 'info    client honest at 10.0.0.10: why');
    for (let host = 0; host < 1000; host += 1) {
      for (let index = 0; index < 10; index += 1) {
        note(refused, `crowd ${host} ${index}`, `10.1.${host >> 8}.${host & 255}`);
      }
    }
    assert.ok(lines.length <= 62, `${lines.length} lines`);
    assert.match(lines.at(-1) ?? '', /info {4}other clients: why$/);
    for (let round = 0; round < 30; round += 1) clock.advance(minute);
    assert.equal(clock.pending, 0);
    assert.ok(lines.length <= 2 * 62, `${lines.length} lines`);
    note(refused, 'later', '10.0.0.9');
    assert.equal(lines.at(-1), 'info    client later at 10.0.0.9: why');
  });

  test('a client id can neither break a line nor fill it', () => {
    const { lines, note } = create();
    note(refused, `a\nb\u202e${'x'.repeat(1000)}`, '::1');
    note(refused, '', '::1');
    assert.equal(lines[0], `info    client a b ${'x'.repeat(60)} at ::1: why`);
    assert.equal(lines[1], 'info    a client at ::1: why');
  });
});
