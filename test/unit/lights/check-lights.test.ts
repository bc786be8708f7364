import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NamedDriver } from '../../../hardware/drivers.ts';
import type { Colour } from '../../../hardware/lamp.ts';
import { DriverRefusal } from '../../../hardware/pins.ts';
import type { Finding } from '../../../src/health/finding.ts';
import { checkLights } from '../../../src/lights/check-lights.ts';

const wirings = { green: { pin: 17, activeLow: false }, red: { pin: 27, activeLow: false } };

const refusing = (name: NamedDriver['name']): NamedDriver => ({
  name,
  hasInputs: false,
  open: async () => {
    throw new DriverRefusal('the user is not in the group gpio', 'sudo usermod -aG gpio $USER');
  },
});

function working(name: NamedDriver['name'], steps: string[] = []): NamedDriver {
  return {
    name,
    hasInputs: false,
    open: async (claim) =>
      claim({
        output: ({ pin }) => {
          const colour = pin === wirings.green.pin ? 'green' : 'red';
          return {
            write: (level) => void steps.push(`${colour} ${level === 1 ? 'on' : 'off'}`),
            release: () => void steps.push(`${colour} closed`),
          };
        },
        input: () => assert.fail('no input is wanted'),
      }),
  };
}

async function check(options: {
  driver?: 'auto' | 'gpiochip';
  drivers: readonly NamedDriver[];
  askSeen?: (colour: Colour) => Promise<boolean>;
}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of checkLights({
    driver: options.driver ?? 'auto',
    wirings,
    showMs: 1500,
    pause: async () => {},
    askSeen: options.askSeen,
    drivers: options.drivers,
  })) {
    findings.push(finding);
  }
  return findings;
}

const named = (findings: readonly Finding[], name: string) =>
  findings.find((finding) => finding.name === name);

describe('checkLights', () => {
  test('lights both lamps in turn, then switches them off and closes them', async () => {
    const steps: string[] = [];
    const findings = await check({ drivers: [refusing('onoff'), working('gpiochip', steps)] });
    assert.equal(named(findings, 'Driver onoff')?.result, 'warn');
    assert.equal(named(findings, 'Driver onoff')?.remedy, 'sudo usermod -aG gpio $USER');
    assert.match(named(findings, 'Lights')?.text ?? '', /using the driver gpiochip/);
    assert.match(named(findings, 'The green light')?.text ?? '', /was on for 1\.5 s, on GPIO 17/);
    assert.deepEqual(steps.slice(-8), [
      'green on',
      'green off',
      'red on',
      'red off',
      'green off',
      'green closed',
      'red off',
      'red closed',
    ]);
  });

  test('asks whether each light is seen, while it is on', async () => {
    const steps: string[] = [];
    const findings = await check({
      drivers: [working('gpiochip', steps)],
      askSeen: async (colour) => {
        steps.push(`asked for ${colour}`);
        return colour === 'green';
      },
    });
    assert.equal(named(findings, 'The green light')?.result, 'ok');
    assert.equal(named(findings, 'The red light')?.result, 'fault');
    assert.match(named(findings, 'The red light')?.remedy ?? '', /resistor/);
    const asked = steps.indexOf('asked for red');
    assert.deepEqual(steps.slice(asked - 1, asked + 2), ['red on', 'asked for red', 'red off']);
  });

  test('a driver chosen by name that refuses is a fault', async () => {
    const findings = await check({ driver: 'gpiochip', drivers: [refusing('gpiochip')] });
    assert.equal(named(findings, 'Driver gpiochip')?.result, 'fault');
    assert.match(
      named(findings, 'Lights')?.text ?? '',
      /gpiochip can't be used: the user is not in/,
    );
  });
});
