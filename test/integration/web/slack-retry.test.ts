import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signInOf, startTestWebSink } from '../../support/test-web-sink.ts';

const post = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{}',
});

const path = '/api/slack/try-now';

describe('POST /api/slack/try-now', () => {
  test('lets Slack be tried again, and says whether it was waiting', async (context) => {
    const answers = [true, false];
    const { fetch } = await startTestWebSink(context, {
      trySlackNow: () => answers.shift() ?? false,
    });
    const first = await fetch(path, post());
    assert.equal(first.status, 202);
    assert.deepEqual(await first.json(), { trying: true });
    assert.deepEqual(await (await fetch(path, post())).json(), { trying: false });
  });

  test('takes a user where there are users, and the page of this appliance', async (context) => {
    let tries = 0;
    const { fetch } = await startTestWebSink(context, {
      access: {
        anonymous: 'subscribe',
        personalData: 'anyone',
        hasUsers: true,
        signIn: signInOf([['anna', 'licht']]),
      },
      trySlackNow: () => {
        tries += 1;
        return true;
      },
    });
    assert.equal((await fetch(path, post())).status, 401);
    const signed = `Basic ${Buffer.from('anna:licht').toString('base64')}`;
    const foreign = post({ authorization: signed, origin: 'http://evil.example' });
    assert.equal((await fetch(path, foreign)).status, 403);
    assert.equal(tries, 0);
    assert.equal((await fetch(path, post({ authorization: signed }))).status, 202);
    assert.equal(tries, 1);
  });

  test('is not for pressing Slack', async (context) => {
    let tries = 0;
    const { fetch } = await startTestWebSink(context, {
      trySlackNow: () => {
        tries += 1;
        return true;
      },
    });
    let last: Response | undefined;
    for (let index = 0; index < 6; index += 1) last = await fetch(path, post());
    assert.equal(tries, 3);
    assert.equal(last?.status, 429);
    assert.match(last?.headers.get('retry-after') ?? '', /^\d+$/);
  });

  test('says so where Slack is off', async (context) => {
    const { fetch } = await startTestWebSink(context);
    const answer = await fetch(path, post());
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /Slack is off/);
  });
});
