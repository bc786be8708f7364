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
    ['EADDRNOTAVAIL', '10.9.9.9', /^10\.9\.9\.9 is no address of this machine/],
    ['ENOTFOUND', 'old-butler', /^old-butler is no address of this machine/],
    ['EINVAL', 'fe80::1', /^fe80::1 is no address of this machine/],
    [
      'EAFNOSUPPORT',
      'fd00::5',
      /^this machine has no IPv6, so Sense events can't be offered at fd00::5/,
    ],
  ] as const) {
    const fault = faultOf(code, host);
    assert.match(fault.message, message);
    assert.match(fault.remedy ?? '', /^Remove Butler\.udpServerConfig\.serverHost, so that it/);
  }
});
