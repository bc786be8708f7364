import { isBotToken } from '../slack/token.ts';
import { tidyWebhookUrl, webhookProblem } from '../slack/webhook-url.ts';
import type { CardText } from './card-files.ts';
import { fine, modes, type Step, type Understood, wrong } from './plan.ts';
import { straightQuotes, unquoted, withWindowsLineEnds } from './tidy-text.ts';

/** The file on the state partition, and the name of the credential. */
export const slackTokenFile = 'slack-token';

const storedText = `# The Slack token is stored on the Pi and was removed from this file.
# To replace it, write the new one below. To delete it, write the word none.
`;

/**
 * Interprets `slack-token.txt`. The token is stored on the state partition and passed to the service
 * as a credential.
 * @param stored content of the file on the state partition
 * @param hasOtherName whether the file has another name and is meant for `slack-token.txt`
 */
export function understandSlackToken(
  file: CardText | undefined,
  stored: string | undefined,
  hasOtherName = false,
): Understood {
  const unchanged = [inForce(stored)];
  if (file?.problem !== undefined) {
    return { notes: [wrong(`${file.name} ${file.problem}`)], steps: unchanged };
  }
  const said = file?.text
    .split('\n')
    .map((text, index) => ({ value: unquoted(straightQuotes(text)), line: index + 1 }))
    .find(({ value }) => value !== '' && !value.startsWith('#'));
  if (!file || !said) {
    const isSilent = !file || stored === undefined;
    return { notes: isSilent ? [] : [fine(`${file.name}: a token is stored`)], steps: unchanged };
  }
  const cleared: Step[] = [
    {
      place: 'card',
      file: hasOtherName ? 'slack-token.txt' : file.name,
      content: withWindowsLineEnds(storedText),
    },
    ...(hasOtherName ? [{ place: 'card' as const, file: file.name, content: undefined }] : []),
  ];
  if (said.value.toLowerCase() === 'none') {
    const deleted: Step = { place: 'state', file: slackTokenFile, content: undefined };
    return {
      notes: [fine(`${file.name}: no token is stored`)],
      steps: [inForce(undefined), ...(stored === undefined ? [] : [deleted])],
    };
  }
  const webhookUrl = tidyWebhookUrl(said.value);
  const isWebhook = /^https:/i.test(webhookUrl) && webhookProblem(webhookUrl) === undefined;
  if (!isBotToken(said.value) && !isWebhook) {
    const note = wrong(
      `${file.name}, line ${said.line}: this is not a Slack bot token. Fix: copy the Bot User OAuth Token, which starts with xoxb-, or the URL of an incoming webhook`,
    );
    return { notes: [note], steps: unchanged };
  }
  const [secret, kind] = isWebhook ? [webhookUrl, 'webhook'] : [said.value, 'token'];
  return {
    notes: [fine(`${file.name}: the ${kind} is stored on the Pi and was removed from the card`)],
    steps: [inForce(secret), keep(secret), ...cleared],
  };
}

/** Whether an arbitrary file contains a Slack token or webhook. */
export const namesSlackToken = (text: string): boolean =>
  text
    .split('\n')
    .map((line) => unquoted(straightQuotes(line)))
    .some(
      (line) => isBotToken(line) || /^<?https:\/\/hooks\.slack\.com\/services\/\S+$/.test(line),
    );

const keep = (token: string): Step => ({
  place: 'state',
  file: slackTokenFile,
  content: token,
  mode: modes.secret,
});

const inForce = (token: string | undefined): Step => ({
  place: 'credentials',
  file: slackTokenFile,
  content: token,
  mode: modes.secret,
});
