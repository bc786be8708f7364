import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load, refusal } from '../../support/config-file.ts';

/** A file with these users as lines of `userEvents.excludeUser`, the first in line 4. */
const fileWith = (...users: readonly string[]): string =>
  `Butler:\n  userEvents:\n    excludeUser:\n${users.map((user) => `      - ${user}\n`).join('')}`;

describe('excludeUser', () => {
  test('takes a whole directory, a beginning, and any directory', (context) => {
    const { config, warnings } = load(
      context,
      fileWith(
        '{ directory: INTERNAL }',
        "{ directory: NONE, userId: '*' }",
        'directory: LAB\n        userId: sa_*',
        "{ directory: '*', userId: monitor }",
        "{ directory: '', userId: svc$ }",
      ),
    );
    assert.deepEqual(config.userEvents.excludeUser, [
      { directory: 'INTERNAL', userId: '*' },
      { directory: 'NONE', userId: '*' },
      { directory: 'LAB', userId: 'sa_*' },
      { directory: '*', userId: 'monitor' },
      { directory: '', userId: 'svc$' },
    ]);
    assert.deepEqual(warnings, []);
  });

  test('blanks around a name are none of it, as in events', (context) => {
    const { config } = load(context, fileWith("{ directory: ' LAB', userId: 'goran ' }"));
    assert.deepEqual(config.userEvents.excludeUser, [{ directory: 'LAB', userId: 'goran' }]);
    assert.match(
      refusal(context, fileWith("{ directory: LAB, userId: ' ' }")),
      /userId: found " "/,
    );
  });

  test('an empty user id, or one that is misspelt, is nobody: refused', (context) => {
    const message = refusal(
      context,
      fileWith(
        'directory: LAB\n        userId:',
        "{ directory: LAB, userId: '' }",
        '{ directory: LAB, userid: goran }',
        '{ userId: goran }',
        '{ directory: , userId: goran }',
        '{ directory: LAB, userId: [a, b] }',
      ),
    );
    const userId = "a user id, or '*' for everyone in the directory";
    const directory = "a user directory, or '*' for every directory";
    const key = 'Butler.userEvents.excludeUser';
    assert.deepEqual(message.split('\n'), [
      `blinky.yaml:5: ${key}.0.userId: found nothing; allowed: ${userId}`,
      `blinky.yaml:6: ${key}.1.userId: found ""; allowed: ${userId}`,
      `blinky.yaml:7: ${key}.2.userId: found userid instead; allowed: ${userId}`,
      `blinky.yaml:8: ${key}.3.directory: found nothing; allowed: ${directory}`,
      `blinky.yaml:9: ${key}.4.directory: found nothing; allowed: ${directory}`,
      `blinky.yaml:10: ${key}.5.userId: found ["a","b"]; allowed: ${userId}`,
    ]);
  });

  test('an entry that was never filled in, or is a comment, is left out', (context) => {
    const { config, warnings } = load(
      context,
      fileWith(
        'directory:\n        userId:',
        '{ directory: "", userId: "" }',
        '#directory: LAB\n        #userId: goran',
        '{ directory: LAB, userId: anna }',
      ),
    );
    assert.deepEqual(config.userEvents.excludeUser, [{ directory: 'LAB', userId: 'anna' }]);
    assert.deepEqual(
      warnings,
      [4, 6, 7].map(
        (line, index) =>
          `blinky.yaml:${line}: Butler.userEvents.excludeUser.${index}: has no user and is ignored`,
      ),
    );
  });

  const literal: Readonly<Record<string, RegExp>> = {
    "'*_admin'": /support \* before the end/,
    'sa_*_x': /support \* before the end/,
    "'**'": /support \* before the end/,
    "'sa_?'": /support \? here/,
    'sa_.*': /support regular expressions/,
    "'^sa_'": /support regular expressions/,
    "'[as]*'": /support regular expressions/,
    "'sa|sb'": /support regular expressions/,
    "'sa_\\d+'": /support regular expressions/,
    'sa_%': /support % here/,
    'LAB\\goran': /including the \\\. Fix: put the directory in directory/,
    'LAB/goran': /including the \/\. Fix: put the directory in directory/,
  };
  for (const [userId, reason] of Object.entries(literal)) {
    test(`says that ${userId} is matched literally`, (context) => {
      const { warnings } = load(context, fileWith(`{ directory: LAB, userId: ${userId} }`));
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(
        warnings[0] ?? '',
        /^blinky\.yaml:4: Butler\.userEvents\.excludeUser\.0\.userId: ".*" is matched literally/,
      );
      assert.match(warnings[0] ?? '', reason);
    });
  }

  test('says it of a directory as well, and of what excludes everybody', (context) => {
    const { warnings } = load(
      context,
      fileWith(
        "{ directory: 'L?B' }",
        "{ directory: '*' }",
        'directory: INT*NAL\n        userId: x',
      ),
    );
    assert.deepEqual(warnings, [
      `blinky.yaml:4: Butler.userEvents.excludeUser.0.directory: "L?B" is matched literally: Blinky doesn't support ? here. Fix: use * at the end only, as in 'sa_*'`,
      'blinky.yaml:5: Butler.userEvents.excludeUser.1: excludes all users, so Blinky ignores every event',
      `blinky.yaml:6: Butler.userEvents.excludeUser.2.directory: "INT*NAL" is matched literally: Blinky doesn't support * before the end here. Fix: use * at the end only, as in 'sa_*'`,
    ]);
  });

  test("the same for Slack, in Butler's words with Butler's key and line", (context) => {
    const own = load(
      context,
      "Butler:\n  slackConfig:\n    excludeUser:\n      - { directory: NONE }\n      - { directory: LAB, userId: 'a*b' }\n",
    );
    assert.deepEqual(own.config.slackConfig.excludeUser[0], { directory: 'NONE', userId: '*' });
    assert.match(
      own.warnings.join(),
      /^blinky\.yaml:5: Butler\.slackConfig\.excludeUser\.1\.userId: /,
    );

    const butlers =
      'Butler:\n  slackNotification:\n    enable: true\n    userSessionEvents:\n      enable: true\n      excludeUser:\n      - directory: INTERNAL\n      - directory: LAB\n        userId: ';
    const { config, warnings } = load(context, `${butlers}'*x'\n`);
    assert.deepEqual(config.slackConfig.excludeUser[0], { directory: 'INTERNAL', userId: '*' });
    const key = 'Butler.slackNotification.userSessionEvents.excludeUser.1.userId';
    assert.equal(warnings.length, 1);
    assert.ok(
      warnings[0]?.startsWith(`blinky.yaml:9: ${key}: "*x" is matched literally`),
      warnings[0],
    );
    assert.match(
      refusal(context, butlers),
      new RegExp(`^blinky\\.yaml:9: ${key}: found nothing; `),
    );
  });
});
