import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOwnBrokerTest } from '../../../../src/bridge/link/own-broker.ts';

test('a broker on this machine is known by each of its addresses, on its port only', () => {
  const isOwn = createOwnBrokerTest(() => [1883, undefined]);
  for (const host of ['127.0.0.1', '127.0.1.1', '::1', '::ffff:127.0.0.1']) {
    assert.equal(isOwn({ host, port: 1883 }), true, host);
    assert.equal(isOwn({ host, port: 1884 }), false, host);
  }
  for (const host of ['10.99.99.99', '2001:db8::99', 'fe80::99%eth0', '']) {
    assert.equal(isOwn({ host, port: 1883 }), false, host);
  }
});
