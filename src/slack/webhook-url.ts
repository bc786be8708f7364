const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Slack's hosts for people and for its other interfaces; webhooks are at hooks.slack.com. */
const slackPages = /^(?:[\w-]+\.)*slack\.com$/;
const slackHooks = 'hooks.slack.com';

/** A URL as it is meant, without the blanks and angle brackets of what it was copied from. */
export const tidyWebhookUrl = (text: string): string => text.trim().replace(/^<(.*)>$/s, '$1');

/**
 * What is wrong with the URL of an incoming webhook, in words that don't repeat it; undefined when
 * it can be one. Slack's own, and those of servers that take the same messages.
 */
export function webhookProblem(text: string): string | undefined {
  const written = tidyWebhookUrl(text);
  if (/\s/.test(written) || !URL.canParse(written)) return 'something that is not a URL';
  const { protocol, hostname, pathname } = new URL(written);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `a URL that begins ${protocol.slice(0, 20)} instead of https://`;
  }
  if (protocol === 'http:' && !loopback.has(hostname)) {
    return 'a URL that begins http://, so that anybody on the way could read it';
  }
  if (hostname === slackHooks) {
    if (/^\/(?:workflows|triggers)\//.test(pathname)) {
      return 'the URL of a Workflow Builder webhook, which takes no messages';
    }
    return /^\/(?:services\/?)?$/.test(pathname) ? 'an incomplete webhook URL' : undefined;
  }
  if (slackPages.test(hostname)) return 'the address of a Slack page';
  return pathname === '/' ? 'a URL without a path' : undefined;
}

/** What is allowed in the place of a webhook URL. */
export const webhookAllowed =
  'the URL of an incoming webhook, such as https://hooks.slack.com/services/T…/B…/…';
