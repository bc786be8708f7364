import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../src/platform/log.ts';

test('secrets in addresses are never logged, whatever message they are in', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    style: 'journal',
    now: () => new Date(0),
    writeLine: (line) => lines.push(line),
  });
  log.info('posting to https://hooks.slack.com/services/T0/B0/hush failed');
  log.info('through http://goran:hush@proxy.lan:8080, and https://goran:hu@sh@proxy.lan');
  log.info('page at http://10.0.0.5:8080/, mail to a@b.example, mqtt://10.0.0.5:1883');
  assert.deepEqual(lines, [
    '<6>posting to https://hooks.slack.com/… failed',
    '<6>through http://…@proxy.lan:8080, and https://…@proxy.lan',
    '<6>page at http://10.0.0.5:8080/, mail to a@b.example, mqtt://10.0.0.5:1883',
  ]);
});
