import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultConfig } from '../../../../src/config/load.ts';
import { butlerSosJson, butlerText } from '../../../../src/publications/payloads.ts';
import { type AccessSettings, createAccess } from '../../../../src/sinks/broker/access.ts';
import { coversFilter, matchesFilter } from '../../../../src/sinks/broker/topic-filter.ts';
import { createNameRemover } from '../../../../src/sinks/broker/without-names.ts';
import { userEvent } from '../../../support/events.ts';

describe('matchesFilter', () => {
  const cases: readonly [string, string, boolean][] = [
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/b', '/b', true],
    ['a/b', 'a/b/c', false],
    ['a/b/c', 'a/b', false],
  ];
  for (const [filter, topic, expected] of cases) {
    test(`${filter} ${expected ? 'matches' : 'does not match'} ${topic}`, () => {
      assert.equal(matchesFilter(filter, topic), expected);
    });
  }
});

describe('coversFilter', () => {
  const cases: readonly [string, string, boolean][] = [
    ['a/#', 'a/b/#', true],
    ['a/+', 'a/+', true],
    ['a/b', 'a/+', false],
    ['a/+', 'a/#', false],
    ['#', '#', true],
    ['a/+/c', 'a/b/c', true],
  ];
  for (const [allowed, filter, expected] of cases) {
    test(`${allowed} ${expected ? 'covers' : 'does not cover'} ${filter}`, () => {
      assert.equal(coversFilter(allowed, filter), expected);
    });
  }
});

describe('access', () => {
  const access = (settings: Partial<AccessSettings> = {}) =>
    createAccess({ anonymous: 'subscribe', personalData: 'anyone', ...settings });
  const anna = { name: 'anna', passwordHash: '' };

  test('anybody may look, and say nothing', () => {
    const rules = access();
    assert.equal(rules.admitsAnonymous, true);
    assert.equal(rules.maySubscribe('anonymous', '#'), true);
    assert.equal(rules.maySubscribe('anonymous', '$SYS/#'), true);
    assert.equal(rules.maySubscribe('anonymous', '$share/lamps/#'), false);
    assert.equal(rules.mayPublish('anonymous', 'blinky/blink'), false);
    assert.equal(rules.mayPublish('anonymous', 'my/topic'), false);
  });

  test('none: nobody comes in without signing in', () => {
    assert.equal(access({ anonymous: 'none' }).admitsAnonymous, false);
  });

  test('publish: anybody may, but not on $SYS', () => {
    const rules = access({ anonymous: 'publish' });
    assert.equal(rules.mayPublish('anonymous', 'qliksense/connection/open'), true);
    assert.equal(rules.mayPublish('anonymous', '$SYS/x/new/clients'), false);
  });

  test('who signed in may ask for a blink and use topics of their own, not the reserved ones', () => {
    const rules = access();
    assert.equal(rules.mayPublish(anna, 'blinky/blink'), true);
    assert.equal(rules.mayPublish(anna, 'my/topic'), true);
    assert.equal(rules.mayPublish(anna, 'qliksense/session/start'), false);
    assert.equal(rules.mayPublish(anna, 'blinky/status'), false);
  });

  test('lists say exactly what a user may', () => {
    const rules = access();
    const limited = { ...anna, publish: ['qliksense/session/+'], subscribe: ['qliksense/#'] };
    assert.equal(rules.mayPublish(limited, 'qliksense/session/start'), true);
    assert.equal(rules.mayPublish(limited, 'my/topic'), false);
    assert.equal(rules.maySubscribe(limited, 'qliksense/connection/+'), true);
    assert.equal(rules.maySubscribe(limited, '#'), false);
  });
});

describe('createNameRemover', () => {
  const { mqttConfig } = defaultConfig();
  const remove = createNameRemover(mqttConfig);
  const event = userEvent({ message: "for user LAB\\goran UserAgent: 'x'" });

  test('no name is left in any event, and the rest stays', () => {
    assert.equal(remove(mqttConfig.connectionOpenTopic, butlerText(event)), 'sense1: /');
    const payloads: readonly [string, string][] = [
      [mqttConfig.everythingTopic, butlerSosJson(event)],
      ['blinky/event', JSON.stringify(event)],
      [mqttConfig.sessionStartTopic, butlerSosJson(event)],
    ];
    for (const [topic, payload] of payloads) {
      const text = remove(topic, payload);
      assert.doesNotMatch(text, /goran|LAB/);
      assert.equal(JSON.parse(text).host, 'sense1');
    }
    assert.equal(remove(mqttConfig.activeUsersTopic, '["goran"]'), '[]');
  });

  test('what a client published there and is no event is kept back', () => {
    for (const payload of ['{', '{"userId":"goran"', '{"userId":"goran"}}']) {
      assert.equal(remove('blinky/event', payload), '');
    }
    assert.equal(remove(mqttConfig.connectionOpenTopic, 'sense1: LAB/goran\nLAB'), 'sense1: /');
  });

  test('other topics pass as they are', () => {
    assert.equal(remove('blinky/light/green', 'ON'), 'ON');
    assert.equal(remove(mqttConfig.activeUserCountTopic, '3'), '3');
  });
});
