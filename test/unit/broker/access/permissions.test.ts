import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createPermissions,
  type PermissionSettings,
} from '../../../../src/broker/access/permissions.ts';
import { coversFilter, matchesFilter } from '../../../../src/broker/topics/topic-filter.ts';
import { createNameRemover } from '../../../../src/broker/without-names.ts';
import { defaultConfig } from '../../../../src/config/load.ts';
import { butlerSosJson, butlerText } from '../../../../src/publications/event-publications.ts';
import { createReservedTopics } from '../../../../src/publications/reserved-topics.ts';
import { butlerTopics } from '../../../../src/publications/topics.ts';
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
  const { mqttConfig } = defaultConfig();
  const access = (
    settings: Partial<PermissionSettings> = {},
    topics: Partial<typeof mqttConfig> = {},
  ) =>
    createPermissions(
      { anonymous: 'subscribe', personalData: 'anyone', ...settings },
      createReservedTopics({ ...mqttConfig, ...topics }),
    );
  const anna = { name: 'anna', passwordHash: '' };

  test('anonymous clients may read everything and publish nothing', () => {
    const rules = access();
    assert.equal(rules.admitsAnonymous, true);
    assert.equal(rules.maySubscribe('anonymous', '#'), true);
    assert.equal(rules.maySubscribe('anonymous', '$SYS/#'), true);
    assert.equal(rules.maySubscribe('anonymous', '$share/lamps/#'), false);
    assert.equal(rules.mayPublish('anonymous', 'blinky/blink'), false);
    assert.equal(rules.mayPublish('anonymous', 'my/topic'), false);
  });

  test('none: no client gets in without signing in', () => {
    assert.equal(access({ anonymous: 'none' }).admitsAnonymous, false);
  });

  test('publish: anonymous clients may, but not on $SYS', () => {
    const rules = access({ anonymous: 'publish' });
    assert.equal(rules.mayPublish('anonymous', 'qliksense/connection/open'), true);
    assert.equal(rules.mayPublish('anonymous', '$SYS/x/new/clients'), false);
  });

  test('signed-in users may request a blink and use other topics, but not the reserved ones', () => {
    const rules = access();
    assert.equal(rules.mayPublish(anna, 'blinky/blink'), true);
    assert.equal(rules.mayPublish(anna, 'my/topic'), true);
    assert.equal(rules.mayPublish(anna, 'qliksense/session/start'), false);
    assert.equal(rules.mayPublish(anna, 'blinky/status'), false);
  });

  test("Home Assistant's discovery topics are reserved, its birth topic is not", () => {
    const rules = access();
    for (const topic of [
      'homeassistant',
      'homeassistant/device/blinky_1/config',
      'homeassistant/sensor/x/config',
      'homeassistant/status/x',
    ]) {
      assert.equal(rules.mayPublish(anna, topic), false, topic);
    }
    assert.equal(rules.mayPublish(anna, 'homeassistant/status'), true);
    assert.equal(rules.mayPublish('anonymous', 'homeassistant/status'), false);
    assert.equal(rules.mayPublish(anna, 'homeassistants/x'), true);
    const allowed = { ...anna, publish: ['homeassistant/#'] };
    assert.equal(rules.mayPublish(allowed, 'homeassistant/sensor/x/config'), true);
    const open = access({ anonymous: 'publish' });
    assert.equal(open.mayPublish('anonymous', 'homeassistant/sensor/x/config'), true);
  });

  test('so is the configured discovery prefix, unless discovery is off', () => {
    const enabled = { homeAssistant: { enable: true, discoveryPrefix: 'ha/disco' } };
    const renamed = access({}, enabled);
    assert.equal(renamed.mayPublish(anna, 'ha/disco/device/x/config'), false);
    assert.equal(renamed.mayPublish(anna, 'ha/disco/status'), true);
    assert.equal(renamed.mayPublish(anna, 'ha/other'), true);
    assert.equal(renamed.mayPublish(anna, 'homeassistant/device/x/config'), true);
    for (const topics of [
      { homeAssistant: { enable: false, discoveryPrefix: 'homeassistant' } },
      { enable: false },
    ]) {
      const off = access({}, topics);
      assert.equal(off.mayPublish(anna, 'homeassistant/sensor/x/config'), true);
    }
    const own = access({}, { homeAssistant: { enable: true, discoveryPrefix: 'blinky' } });
    assert.equal(own.mayPublish(anna, 'blinky/status'), false, "the appliance's own status");
  });

  test('every topic renamed in the configuration is reserved', () => {
    const names = [
      'sessionStartTopic',
      'sessionStopTopic',
      'connectionOpenTopic',
      'connectionCloseTopic',
      'everythingTopic',
      'sessionServerStatusTopic',
      'activeUserCountTopic',
      'activeUsersTopic',
      'activeUsersWithDirectoryTopic',
    ] as const;
    for (const name of names) {
      const rules = access({}, { [name]: 'lamps/renamed' });
      assert.equal(rules.mayPublish(anna, 'lamps/renamed'), false, name);
      assert.equal(rules.mayPublish(anna, 'lamps/renamed/below'), true, name);
      assert.equal(rules.mayPublish(anna, mqttConfig[name]), false, name);
      const allowed = { ...anna, publish: ['lamps/+'] };
      assert.equal(rules.mayPublish(allowed, 'lamps/renamed'), true, name);
    }
  });

  test('lists are exactly what a user may do', () => {
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

  test('no name is left in any event; the rest is unchanged', () => {
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
    const users = [{ userDirectory: 'LAB', userId: 'goran' }];
    const { activeUsersWithDirectoryTopic } = mqttConfig;
    for (const [payload, nameless] of [
      [
        { count: 3, anonymous: 2, users },
        { count: 3, anonymous: 2, users: [] },
      ],
      [{ count: 'goran', users, more: 'LAB' }, { users: [] }],
      [users, { users: [] }],
      [null, { users: [] }],
    ]) {
      const text = JSON.stringify(payload);
      assert.deepEqual(JSON.parse(remove(activeUsersWithDirectoryTopic, text)), nameless);
    }
    assert.equal(remove(activeUsersWithDirectoryTopic, 'LAB/goran'), '{"users":[]}');
  });

  test('nor on topics of other appliances with a prefix or the default names', () => {
    const renamed = createNameRemover({
      ...mqttConfig,
      connectionOpenTopic: 'door/open',
      activeUsersTopic: 'users',
      activeUsersWithDirectoryTopic: 'everybody',
    });
    for (const topic of ['door/open', 'site1/door/open', mqttConfig.connectionOpenTopic]) {
      assert.equal(renamed(topic, butlerText(event)), 'sense1: /', topic);
    }
    for (const topic of ['users', 'site1/users', `a/b/${mqttConfig.activeUsersTopic}`]) {
      assert.equal(renamed(topic, '["goran"]'), '[]', topic);
    }
    for (const topic of ['everybody', 'site1/everybody', 'qliksense/users/active/users']) {
      assert.equal(renamed(topic, '{"users":["goran"]}'), '{"users":[]}', topic);
    }
    assert.doesNotMatch(renamed('site1/blinky/event', JSON.stringify(event)), /goran|LAB/);
    assert.equal(renamed('my-users', '["goran"]'), '["goran"]');
    for (const [name, topic] of Object.entries(butlerTopics)) {
      assert.equal(mqttConfig[name as keyof typeof butlerTopics], topic);
    }
  });

  test('anything else that a client published there is withheld', () => {
    const noEvents = [
      '{',
      '{"userId":"goran"',
      '{"userId":"goran"}}',
      '["goran", {"userId": "goran"}]',
      '"goran: LAB/goran"',
      'LAB/goran',
    ];
    for (const payload of noEvents) assert.equal(remove('blinky/event', payload), '');
    assert.equal(remove('blinky/event', ' {"userId":"goran"}'), '{"userId":""}');
    assert.equal(remove('blinky/event', '{"UserID":"goran"}'), '{"UserID":""}');
    assert.equal(remove(mqttConfig.connectionOpenTopic, 'sense1: LAB/goran\nLAB'), 'sense1: /');
  });

  test('other topics are unchanged', () => {
    assert.equal(remove('blinky/light/green', 'ON'), 'ON');
    assert.equal(remove(mqttConfig.activeUserCountTopic, '3'), '3');
  });
});
