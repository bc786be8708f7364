import type { TransientFailure } from './post-outcome.ts';

/** An error code of Slack, explained for the person who can fix it. */
export interface Explanation {
  readonly message: string;
  /** What to click, and where. */
  readonly remedy: string;
}

const apps = 'At https://api.slack.com/apps choose your app';
const newToken = `${apps}, OAuth & Permissions, (Re)install to Workspace, and put the Bot User OAuth Token into the token file`;
const invite = 'In Slack, open the channel and type /invite @ with the name of your app';
const askAdmin = 'Ask an administrator of the Slack workspace to let the app post in this channel';

/**
 * Slack's errors that last until a person acts
 * (https://docs.slack.dev/reference/methods/chat.postMessage, "Errors").
 */
const permanent: Readonly<Record<string, (channel: string) => Explanation>> = {
  not_authed: () => ({ message: 'no token was sent to Slack', remedy: newToken }),
  invalid_auth: () => ({ message: 'Slack does not recognize the token', remedy: newToken }),
  account_inactive: () => ({
    message: 'the Slack app or its workspace was removed',
    remedy: newToken,
  }),
  token_revoked: () => ({ message: 'the Slack token was revoked', remedy: newToken }),
  token_expired: () => ({
    message: 'the Slack token has expired',
    remedy: `${apps}, OAuth & Permissions, and create a new token; it doesn't expire if token rotation is off`,
  }),
  not_allowed_token_type: () => ({
    message: "this type of Slack token can't post",
    remedy: newToken,
  }),
  missing_scope: () => ({
    message: 'the Slack app has no permission to post (chat:write)',
    remedy: `${apps}, OAuth & Permissions, add chat:write under Bot Token Scopes, then Reinstall to Workspace`,
  }),
  no_permission: () => ({
    message: 'the Slack app has no permission to post (chat:write)',
    remedy: `${apps}, OAuth & Permissions, add chat:write under Bot Token Scopes, then Reinstall to Workspace`,
  }),
  channel_not_found: (channel) => ({
    message: `Slack can't find the channel ${channel}`,
    remedy: `Check Butler.slackConfig.loginNotificationChannel. If the channel is private: ${invite}`,
  }),
  not_in_channel: (channel) => ({
    message: `the Slack app is not a member of the channel ${channel}`,
    remedy: invite,
  }),
  is_archived: (channel) => ({
    message: `the Slack channel ${channel} is archived`,
    remedy:
      'In Slack, open the channel, click its name, Settings, Unarchive channel, or set another channel in Butler.slackConfig.loginNotificationChannel',
  }),
  restricted_action: (channel) => ({
    message: `the workspace does not let the app post in ${channel}`,
    remedy: askAdmin,
  }),
  restricted_action_read_only_channel: (channel) => ({
    message: `the Slack channel ${channel} is read-only`,
    remedy: askAdmin,
  }),
  ekm_access_denied: () => ({
    message: 'an administrator has suspended posting in this Slack workspace',
    remedy: askAdmin,
  }),
  team_access_not_granted: () => ({
    message: "the Slack app isn't allowed to use this workspace",
    remedy: askAdmin,
  }),
  restricted_action_thread_only_channel: (channel) => ({
    message: `the Slack channel ${channel} accepts only replies in threads`,
    remedy: askAdmin,
  }),
  posting_to_general_channel_denied: (channel) => ({
    message: `the workspace does not let the app post in ${channel}`,
    remedy: askAdmin,
  }),
  channel_is_limited_access: (channel) => ({
    message: `the Slack channel ${channel} is restricted to some members`,
    remedy: askAdmin,
  }),
  accesslimited: () => ({
    message: 'the Slack workspace does not accept calls from this network',
    remedy:
      "Ask an administrator of the Slack workspace to allow this network's address for the app",
  }),
  access_denied: (channel) => ({
    message: `the workspace does not let the app post in ${channel}`,
    remedy: askAdmin,
  }),
};

const internal = 'Slack reported an internal error';
const moving = 'the Slack workspace is being moved';
const noMore = 'Slack accepts no more messages at the moment';

/** Slack's errors that pass by themselves. */
const transient: Readonly<Record<string, string>> = {
  internal_error: internal,
  fatal_error: internal,
  rollup_error: internal,
  service_unavailable: 'Slack is temporarily unavailable',
  request_timeout: 'only part of the request reached Slack',
  team_added_to_org: moving,
  org_login_required: moving,
  migration_in_progress: moving,
  external_channel_migrating: 'the Slack channel is being moved',
};

/** Slack's errors that mean: too many messages. Not all of them say how long to wait. */
const limits: Readonly<Record<string, Omit<TransientFailure, 'kind'>>> = {
  ratelimited: { reason: noMore },
  rate_limited: { reason: noMore },
  message_limit_exceeded: {
    reason: 'the Slack workspace has reached its limit of messages',
    remedy:
      "Free workspaces can post only a limited number of messages: wait, stop other apps that post a lot, or choose a paid plan (Slack's help: Usage limits for free workspaces)",
  },
};

/** Codes that Slack may add in future: words in them suggest that the error passes. */
const passesByItsName =
  /(?:^|_)(?:limit|limited|ratelimit\w*|throttled|timeout|timed_out|unavailable|temporar\w+|migrat\w+|internal|busy|overload\w*|try_again\w*|maintenance)(?:_|$)/;

/** Slack's errors that are about one message. */
const aboutTheMessage: ReadonlySet<string> = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'invalid_blocks',
  'invalid_blocks_format',
  'no_text',
  'invalid_payload',
  'too_many_attachments',
  'attachment_payload_limit_exceeded',
  'too_many_elements',
]);

export type ErrorMeaning =
  | TransientFailure
  | { readonly kind: 'message' }
  | ({ readonly kind: 'permanent' } & Explanation);

/** The format of Slack's codes; anything else comes from another server. */
const slackCode = /^\w{1,80}$/;

const seeDocumentation = (code: string): string =>
  `See ${code} at https://docs.slack.dev/reference/methods/chat.postMessage`;

/** HTTP 429 without a time to wait. */
export const noMoreForNow: TransientFailure = {
  kind: 'transient',
  reason: `${noMore}, and did not say for how long`,
  isLimit: true,
};

/** @param key the setting that may be wrong */
export function notSlack(status: number, key: string): TransientFailure {
  return {
    kind: 'transient',
    reason: `something other than Slack answered (HTTP ${status}): possibly a proxy, or ${key} is wrong`,
  };
}

/**
 * What an answer `"ok": false` means for posting.
 * @param code the answer's `error`: one of Slack's codes, or whatever was in its place
 */
export function meaningOfError(code: string, channel: string): ErrorMeaning {
  if (!slackCode.test(code)) {
    return {
      kind: 'transient',
      reason: 'something other than Slack answered (possibly a proxy or a network login page)',
    };
  }
  const limit = Object.hasOwn(limits, code) ? limits[code] : undefined;
  if (limit) {
    return { kind: 'transient', ...limit, reason: `${limit.reason} (${code})`, isLimit: true };
  }
  const passing = Object.hasOwn(transient, code) ? transient[code] : undefined;
  if (passing) return { kind: 'transient', reason: `${passing} (${code})` };
  if (aboutTheMessage.has(code)) return { kind: 'message' };
  const explain = Object.hasOwn(permanent, code) ? permanent[code] : undefined;
  if (!explain && passesByItsName.test(code)) {
    return {
      kind: 'transient',
      reason: `Slack accepts no messages at the moment (${code})`,
      remedy: seeDocumentation(code),
      isLimit: true,
    };
  }
  if (!explain) {
    return {
      kind: 'permanent',
      message: `Slack rejects messages to ${channel} (${code})`,
      remedy: seeDocumentation(code),
    };
  }
  const { message, remedy } = explain(channel);
  return { kind: 'permanent', message: `${message} (${code})`, remedy };
}
