import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meaningOfError } from '../../../src/slack/slack-errors.ts';
import { isTaken } from '../../../src/slack/webhook-errors.ts';

describe("what Slack's errors mean", () => {
  const limits = ['message_limit_exceeded', 'ratelimited', 'rate_limited', 'daily_limit_reached'];
  for (const code of limits) {
    test(`${code}: Slack takes no more for now; nobody has to act`, () => {
      const meaning = meaningOfError(code, 'activity');
      assert.equal(meaning.kind, 'transient');
      assert.equal(meaning.kind === 'transient' && meaning.isLimit, true);
      assert.match(meaning.kind === 'transient' ? meaning.reason : '', new RegExp(`\\(${code}\\)`));
    });
  }

  test('the limit of a free workspace says what can be done in the long run', () => {
    const meaning = meaningOfError('message_limit_exceeded', 'activity');
    assert.match(meaning.kind === 'transient' ? (meaning.remedy ?? '') : '', /paid plan/);
  });

  const passing = [
    'internal_error',
    'fatal_error',
    'rollup_error',
    'service_unavailable',
    'request_timeout',
    'team_added_to_org',
    'org_login_required',
    'migration_in_progress',
    'external_channel_migrating',
    'temporarily_unavailable',
    'upstream_timeout',
  ];
  for (const code of passing) {
    test(`${code} passes by itself`, () => {
      assert.equal(meaningOfError(code, 'activity').kind, 'transient');
    });
  }

  const lasting = [
    'invalid_auth',
    'accesslimited',
    'restricted_action',
    'channel_is_limited_access',
    'posting_to_general_channel_denied',
    'restricted_action_thread_only_channel',
    'something_new',
    'constructor',
    'unlimited_error',
  ];
  for (const code of lasting) {
    test(`${code} takes a person`, () => {
      const meaning = meaningOfError(code, 'activity');
      assert.equal(meaning.kind, 'permanent');
      assert.ok(meaning.kind === 'permanent' && meaning.remedy.length > 20);
    });
  }

  for (const code of ['msg_too_long', 'attachment_payload_limit_exceeded', 'invalid_blocks']) {
    test(`${code} is about the message`, () => {
      assert.equal(meaningOfError(code, 'activity').kind, 'message');
    });
  }
});

test("only Slack's own word, or a success of another server, says that a webhook took a message", () => {
  const taken = (status: number, body: string, isSlack: boolean) =>
    isTaken({ status, body, retryAfterS: undefined }, isSlack);
  assert.equal(taken(200, 'ok\n', true), true);
  assert.equal(taken(200, '', true), false);
  assert.equal(taken(200, 'no_service', true), false);
  assert.equal(taken(404, 'ok', true), false);
  assert.equal(taken(200, '{"success":true}', false), true);
  assert.equal(taken(204, '', false), true);
  assert.equal(taken(200, '<!DOCTYPE html>', false), false);
});
