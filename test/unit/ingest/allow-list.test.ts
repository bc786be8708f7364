import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAllowList } from '../../../src/ingest/ingest.ts';

test('an empty list allows all senders', () => {
  assert.ok(createAllowList([])('203.0.113.9'));
});

test('addresses and ranges of both families', () => {
  const maySend = createAllowList(['10.0.0.7', '192.168.0.0/16', 'fd00::/8']);
  const verdicts: Record<string, boolean> = {
    '10.0.0.7': true,
    '10.0.0.8': false,
    '192.168.200.1': true,
    '193.168.0.1': false,
    'fd12::1': true,
    'fe80::1%eth0': false,
    '::ffff:10.0.0.7': true,
    '::ffff:10.0.0.8': false,
  };
  for (const [address, verdict] of Object.entries(verdicts)) {
    assert.equal(maySend(address), verdict, address);
  }
});
