import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword } from '../../../src/access/password.ts';
import { checkConfigText } from '../../../src/config/load.ts';
import { fileOfUser, withUser } from '../../../src/config/user-in-file.ts';

const anna = { name: 'anna', passwordHash: await hashPassword('correct horse') };
const otherHash = await hashPassword('battery staple');

const berta = `- name: berta # at the door
          passwordHash: ${otherHash}`;

/** Configurations, and what is added to them. */
const files: Record<string, string> = {
  'nothing at all': '',
  'comments only': '# my Pi\n',
  'Butler without settings': 'Butler:\n',
  'Butler without settings, nor an end of its line': 'Butler:',
  'all settings commented out': 'Butler:\n#  logLevel: info\n#  brokerConfig:\n',
  'other settings': 'Butler:\n  # loud\n  logLevel: debug      # for a while\n',
  'other settings, indented by four':
    'Butler:\n    logLevel: debug\n    webConfig:\n        port: 81\n',
  'other keys of the broker': 'Butler:\n  brokerConfig:\n    port: 1884\n',
  'access without settings': 'Butler:\n  brokerConfig:\n    access: # later\n    port: 1884\n',
  'an empty list': 'Butler:\n  brokerConfig:\n    access:\n      users: [] # none\n',
  'a key without a list':
    'Butler:\n  brokerConfig:\n    access:\n      users:\n      anonymous: none\n',
  'another user': `Butler:\n  brokerConfig:\n    access:\n      users:\n        ${berta}\n  logLevel: info\n`,
  'another user, not indented': `Butler:\n  brokerConfig:\n    access:\n      users:\n      - name: berta\n        passwordHash: ${otherHash}\n`,
  'access on one line':
    'Butler:\n  brokerConfig:\n    access: { anonymous: none, personalData: anyone }\n',
  'an empty list on one line':
    'Butler:\n  brokerConfig:\n    access: { anonymous: none, users: [] }\n',
  'another user on one line': `Butler:\n  brokerConfig:\n    access:\n      users: [{ name: berta, passwordHash: "${otherHash}" }]\n`,
  'lines that end as on Windows': 'Butler:\r\n  logLevel: debug\r\n',
};

describe('withUser', () => {
  test('comments stay above what they are about', () => {
    const text = `Butler:
  # All that is said about users
  brokerConfig:
    access:
      users:
        # The door
        ${berta}
`;
    assert.match(withUser(text, anna) ?? '', /users:\n {8}- name: "anna"\n.*\n {8}# The door\n/);
    assert.match(
      withUser('Butler:\n  # Loud\n  logLevel: debug\n', anna) ?? '',
      /^Butler:\n {2}brokerConfig:[^#]*# Loud\n {2}logLevel/,
    );
  });

  for (const [what, text] of Object.entries(files)) {
    test(`adds a user to ${what}`, () => {
      const edited = withUser(text, anna);
      assert.ok(edited, 'is edited');
      const before = checkConfigText('blinky.yaml', text || 'Butler: {}').config;
      const { access } = before.brokerConfig;
      assert.deepEqual(checkConfigText('blinky.yaml', edited).config, {
        ...before,
        brokerConfig: {
          ...before.brokerConfig,
          access: { ...access, users: [anna, ...access.users] },
        },
      });
      const added = edited.length - text.length;
      const isLeft = [...edited].some(
        (_, at) => edited.slice(0, at) + edited.slice(at + added) === text,
      );
      assert.ok(isLeft, `the rest stays letter by letter:\n${edited}`);
    });
  }

  test('changes the password of a user who is there, and nothing else', () => {
    for (const text of Object.values(files)) {
      const once = withUser(text, anna) ?? '';
      const twice = withUser(once, { ...anna, passwordHash: otherHash });
      assert.equal(twice, once.replace(anna.passwordHash, otherHash));
    }
  });

  test('what it does not understand is left alone', () => {
    const text = 'Butler:\n  x: &a\n    users: []\n  brokerConfig:\n    access: *a\n';
    assert.equal(withUser(text, anna), undefined);
  });

  test('a name is a name, whatever it holds', () => {
    for (const name of ['#', 'a: b', '"', '\\', "it's", '{', 'yes', '1']) {
      const edited = withUser(fileOfUser(anna), { ...anna, name }) ?? '';
      const { users } = checkConfigText('blinky.yaml', edited).config.brokerConfig.access;
      assert.deepEqual(
        users.map((user) => user.name),
        [name, 'anna'],
      );
    }
  });
});
