import { styleText } from 'node:util';
import type { App } from '../appliance/app-interface.ts';
import type { Config } from '../config/schema.ts';

/** Returns what the user at the terminal needs to know once the appliance has started. */
export function welcome(
  app: App,
  config: Config,
  testCommand: string,
  version: string,
  colours: boolean,
): string {
  const strong = (text: string) =>
    colours ? styleText('bold', text, { validateStream: false }) : text;
  const { udp, mqtt, web } = app.ports;
  const slack = config.slackConfig.enable
    ? `posts ${slackMethod(config.slackConfig)}`
    : 'off (Butler.slackConfig.enable)';
  const closed = 'not listening (see above)';
  const rows: readonly (readonly [string, string])[] = [
    ['Page', web === undefined ? closed : strong(`http://localhost:${web}/`)],
    ['Events', udp === undefined ? closed : `UDP port ${udp}`],
    ['MQTT', mqtt === undefined ? closed : `mqtt://localhost:${mqtt}`],
    ['Slack', slack],
    ['Lights', app.health.part('lights').status.message],
    ['Try it', `${strong(testCommand)}   (in another terminal)`],
    ['Stop', 'Ctrl+C'],
  ];
  return [
    '',
    `  Blinky Light ${version}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(8)}${value}`),
    '',
  ].join('\n');
}

/** As far as the configuration shows it: the token may come from elsewhere. */
function slackMethod({
  loginNotificationChannel,
  tokenFile,
  webhookFile,
  webhookURL,
}: Config['slackConfig']): string {
  const isByWebhook = tokenFile === '' && (webhookURL !== '' || webhookFile !== '');
  return isByWebhook ? 'by webhook' : `to ${loginNotificationChannel}`;
}
