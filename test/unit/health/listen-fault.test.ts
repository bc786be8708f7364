import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenFault } from '../../../src/health/listen-fault.ts';

const attempt = {
  protocol: 'UDP',
  host: 'fd00::5',
  port: 9997,
  purpose: 'Sense events',
  hostKey: 'Butler.udpServerConfig.serverHost',
  portKey: 'Butler.udpServerConfig.portSessionConnectionEvents',
} as const;
const faultOf = (code: string, host: string = attempt.host) =>
  listenFault(Object.assign(new Error(code), { code }), { ...attempt, host });

test('an address that can not be listened on: which one, and which setting to remove', () => {
  for (const [code, host, message] of [
    ['EADDRNOTAVAIL', '10.9.9.9', /^can't listen on 10\.9\.9\.9 for .*doesn't have that address/],
    ['ENOTFOUND', 'old-butler', /^can't listen on old-butler for .*doesn't have that address/],
    ['EINVAL', 'fe80::1', /^can't listen on fe80::1 for .*doesn't have that address/],
    [
      'EAFNOSUPPORT',
      'fd00::5',
      /^can't listen on fd00::5 for Sense events: this machine has no IPv6/,
    ],
  ] as const) {
    const fault = faultOf(code, host);
    assert.match(fault.message, message);
    assert.match(
      fault.remedy ?? '',
      /^Remove Butler\.udpServerConfig\.serverHost to listen on all addresses/,
    );
  }
});
