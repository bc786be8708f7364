import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readToken } from '../../../src/slack/token.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('the file goes before the credential, and the credential before the variable', async (context) => {
  const credentialsDirectory = temporaryFolder(context);
  const tokenFile = join(temporaryFolder(context), 'token');
  writeFileSync(tokenFile, ' xoxb-file\r\n');
  const environmentToken = 'xoxb-variable';
  const token = async (sources: { tokenFile: string }) =>
    (await readToken({ credentialsDirectory, environmentToken, ...sources })).token;

  assert.equal(await token({ tokenFile: '' }), 'xoxb-variable');
  writeFileSync(join(credentialsDirectory, 'slack-token'), 'xoxb-credential');
  assert.equal(await token({ tokenFile: '' }), 'xoxb-credential');
  assert.equal(await token({ tokenFile }), 'xoxb-file');
});

test('what is wrong is said, without the secret', async (context) => {
  const folder = temporaryFolder(context);
  const problem = async (tokenFile: string) => {
    const result = await readToken({ tokenFile, environmentToken: 'xoxb-variable' });
    return 'problem' in result ? result.problem : 'none';
  };
  assert.match(await problem(join(folder, 'none')), /was not found$/);
  assert.match(await problem(folder), /is a folder$/);
  const file = join(folder, 'token');
  for (const [content, words] of [
    ['', /is empty$/],
    ['xapp-1-secret', /does not contain a Slack bot token$/],
    ['xoxb-secret with blanks', /does not contain a Slack bot token$/],
  ] as const) {
    writeFileSync(file, content);
    assert.match(await problem(file), words);
    assert.doesNotMatch(await problem(file), /secret/);
  }
});

test('a rotated bot token is one, too', async () => {
  const result = await readToken({ tokenFile: '', environmentToken: 'xoxe.xoxb-1-abc' });
  assert.equal(result.token, 'xoxe.xoxb-1-abc');
});
