import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesSlackToken } from '../../../src/card/slack-token.ts';
import { lines, MemoryCard } from '../../support/card-contents.ts';

const url = 'https://hooks.slack.com/services/T0/B0/abc';

test('the URL of a webhook in slack-token.txt is stored like a token, and taken off the card', async () => {
  const card = new MemoryCard({ 'slack-token.txt': `# my webhook\r\n <${url}> \r\n` });
  const { notes } = await card.start();
  assert.match(lines(notes).join('\n'), /fine: slack-token\.txt: the webhook is stored/);
  assert.equal(card.places.credentials.get('slack-token'), url);
  assert.equal(card.places.state.get('slack-token'), url);
  assert.doesNotMatch(card.places.card.get('slack-token.txt') ?? '', /services/);
  await card.start();
  assert.equal(card.places.credentials.get('slack-token'), url);
});

test('what is no incoming webhook is told, and what was stored stays', async () => {
  const card = new MemoryCard({ 'slack-token.txt': url });
  await card.start();
  for (const wrong of [
    'http://hooks.slack.com/services/T0/B0/other',
    'https://hooks.slack.com/triggers/T0/1/other',
    'https://lab.slack.com/archives/C0',
  ]) {
    card.places.card.set('slack-token.txt', wrong);
    const { notes } = await card.start();
    assert.match(lines(notes).join('\n'), /wrong: slack-token\.txt, line 1: .*incoming webhook/);
    assert.doesNotMatch(lines(notes).join('\n'), /T0|C0/);
    assert.equal(card.places.credentials.get('slack-token'), url);
  }
});

test('a webhook is found in a file of another name, as a token is', () => {
  assert.equal(namesSlackToken(`my notes\n${url}\n`), true);
  assert.equal(namesSlackToken('see https://api.slack.com/apps\n'), false);
});
