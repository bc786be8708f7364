const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Slack's hosts for pages and for its other APIs; webhooks are at hooks.slack.com. */
const slackPages = /^(?:[\w-]+\.)*slack\.com$/;
const slackHooks = 'hooks.slack.com';

/** The URL without blanks and the angle brackets of the text it was copied from. */
export const tidyWebhookUrl = (text: string): string => text.trim().replace(/^<(.*)>$/s, '$1');

/**
 * What is wrong with the URL of an incoming webhook, in words that don't repeat it; undefined if it
 * is acceptable: Slack's, or that of a server that accepts the same messages.
 */
export function webhookProblem(text: string): string | undefined {
  const written = tidyWebhookUrl(text);
  if (/\s/.test(written) || !URL.canParse(written)) return 'something that is not a URL';
  const { protocol, hostname, pathname } = new URL(written);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `a URL that starts with ${protocol.slice(0, 20)} instead of https://`;
  }
  if (protocol === 'http:' && !loopback.has(hostname)) {
    return 'a URL that starts with http://, which anyone on the network could read';
  }
  if (hostname === slackHooks) {
    if (/^\/(?:workflows|triggers)\//.test(pathname)) {
      return "the URL of a Workflow Builder webhook, which doesn't accept messages";
    }
    return /^\/(?:services\/?)?$/.test(pathname) ? 'an incomplete webhook URL' : undefined;
  }
  if (slackPages.test(hostname)) return 'the address of a Slack page';
  return pathname === '/' ? 'a URL without a path' : undefined;
}

/** What is allowed as a webhook URL. */
export const webhookAllowed =
  'the URL of an incoming webhook, such as https://hooks.slack.com/services/T…/B…/…';
