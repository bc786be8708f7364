/** A refusal of Slack's, in words for the person who can end it. */
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
  not_authed: () => ({ message: 'Slack got no token', remedy: newToken }),
  invalid_auth: () => ({ message: 'Slack does not know the token', remedy: newToken }),
  account_inactive: () => ({
    message: 'the Slack app or its workspace was removed',
    remedy: newToken,
  }),
  token_revoked: () => ({ message: 'the Slack token was revoked', remedy: newToken }),
  token_expired: () => ({
    message: 'the Slack token has expired',
    remedy: `${apps}, OAuth & Permissions, and make a new token; without token rotation it does not expire`,
  }),
  not_allowed_token_type: () => ({
    message: 'the Slack token is of a kind that may not post',
    remedy: newToken,
  }),
  missing_scope: () => ({
    message: 'the Slack app lacks the permission to post (chat:write)',
    remedy: `${apps}, OAuth & Permissions, add chat:write under Bot Token Scopes, then Reinstall to Workspace`,
  }),
  no_permission: () => ({
    message: 'the Slack app lacks the permission to post (chat:write)',
    remedy: `${apps}, OAuth & Permissions, add chat:write under Bot Token Scopes, then Reinstall to Workspace`,
  }),
  channel_not_found: (channel) => ({
    message: `Slack finds no channel ${channel}`,
    remedy: `Check Butler.slackConfig.loginNotificationChannel. If the channel is private: ${invite}`,
  }),
  not_in_channel: (channel) => ({
    message: `the Slack app is not a member of the channel ${channel}`,
    remedy: invite,
  }),
  is_archived: (channel) => ({
    message: `the Slack channel ${channel} is archived`,
    remedy:
      'In Slack, open the channel, click its name, Settings, Unarchive channel, or name another in Butler.slackConfig.loginNotificationChannel',
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
    message: 'the Slack app may not use this workspace',
    remedy: askAdmin,
  }),
  access_denied: (channel) => ({
    message: `the workspace does not let the app post in ${channel}`,
    remedy: askAdmin,
  }),
};

/** Slack's errors that pass by themselves. */
const transient: Readonly<Record<string, string>> = {
  internal_error: 'Slack has a fault of its own',
  fatal_error: 'Slack has a fault of its own',
  service_unavailable: 'Slack is out of service for the moment',
  request_timeout: 'the request reached Slack in part only',
  ratelimited: 'Slack takes no more messages for the moment',
  rate_limited: 'Slack takes no more messages for the moment',
  team_added_to_org: 'the Slack workspace is just being moved',
};

/** Slack's errors that are about one message. */
const aboutTheMessage: ReadonlySet<string> = new Set([
  'msg_too_long',
  'msg_blocks_too_long',
  'invalid_blocks',
  'invalid_blocks_format',
  'no_text',
]);

export type ErrorMeaning =
  | { readonly kind: 'transient'; readonly reason: string }
  | { readonly kind: 'message' }
  | ({ readonly kind: 'permanent' } & Explanation);

/**
 * What an answer `"ok": false` means for the posting of messages.
 * @param code the answer's `error`: a code of Slack's, or whatever stood in its place
 */
export function meaningOf(code: string, channel: string): ErrorMeaning {
  if (!/^\w{1,80}$/.test(code)) {
    return {
      kind: 'transient',
      reason: 'something other than Slack answered (a proxy, or the login page of a network?)',
    };
  }
  const passing = Object.hasOwn(transient, code) ? transient[code] : undefined;
  if (passing) return { kind: 'transient', reason: `${passing} (${code})` };
  if (aboutTheMessage.has(code)) return { kind: 'message' };
  const explain = Object.hasOwn(permanent, code) ? permanent[code] : undefined;
  if (!explain) {
    return {
      kind: 'permanent',
      message: `Slack refuses messages to ${channel} (${code})`,
      remedy: `See ${code} at https://docs.slack.dev/reference/methods/chat.postMessage`,
    };
  }
  const { message, remedy } = explain(channel);
  return { kind: 'permanent', message: `${message} (${code})`, remedy };
}

/** Faults on the way to Slack, by the code of Node's error. */
const onTheWay: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server is not found (DNS)',
  EAI_AGAIN: 'the name of the server is not found (DNS)',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was cut',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the server',
  ETIMEDOUT: 'the server does not answer',
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet: is this machine's clock set?",
  CERT_HAS_EXPIRED: "the server's certificate has expired: is this machine's clock set?",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is not Slack's: a proxy?",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is not Slack's: a proxy?",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is not Slack's: a proxy?",
};

export function reasonOnTheWay(code: string): string {
  return (Object.hasOwn(onTheWay, code) ? onTheWay[code] : undefined) ?? `no connection (${code})`;
}
