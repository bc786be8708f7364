import { isSettings, type Path, type RawSettings } from './raw-settings.ts';

/**
 * Settings that a Butler 6 configuration file has and this appliance does not use
 * (Butler 6.1.1, src/config/production_template.yaml).
 */
export const unusedButlerKeys: ReadonlySet<string> = new Set([
  'fileLogging',
  'logDirectory',
  'anonTelemetry',
  'heartbeat',
  'dockerHealthCheck',
  'uptimeMonitor',
  'qlikSenseUrls',
  'incidentTool',
  'teamsNotification',
  'slackNotification',
  'emailNotification',
  'webhookNotification',
  'scheduler',
  'keyValueStore',
  'restServerConfig',
  'fileCopyApprovedDirectories',
  'fileMoveApprovedDirectories',
  'fileDeleteApprovedDirectories',
  'restServerEndpointsEnable',
  'startTaskFilter',
  'cert',
  'configEngine',
  'configQRS',
  'configDirectories',
  'gitHub',
  'mqttConfig.taskFailureSendFull',
  'mqttConfig.taskAbortedSendFull',
  'mqttConfig.subscriptionRootTopic',
  'mqttConfig.taskStartTopic',
  'mqttConfig.taskFailureTopic',
  'mqttConfig.taskFailureFullTopic',
  'mqttConfig.taskFailureServerStatusTopic',
  'mqttConfig.taskAbortedTopic',
  'mqttConfig.taskAbortedFullTopic',
  'mqttConfig.azureEventGrid',
  'udpServerConfig.portTaskFailure',
]);

/** Whether Butler 6 knows this key (below `Butler`) and the appliance has no use for it. */
export function isUnusedButlerKey(key: string): boolean {
  return unusedButlerKeys.has(key);
}

/** Whether only a file made for Butler has this unused key. */
export function isButlersAlone(unusedKey: string): boolean {
  return !unusedKey.startsWith('slackNotification');
}

/** What `slackConfig` calls by other names than Butler, below `slackNotification.userSessionEvents`. */
const butlerSlackKeys: Readonly<Record<string, string>> = {
  enable: 'enable',
  loginNotificationChannel: 'channel',
  excludeUser: 'excludeUser',
  webhookURL: 'webhookURL',
};

/**
 * Takes Butler 6's `slackNotification.userSessionEvents` over into `slackConfig`, unless the same
 * setting stands there too. Returns new settings, in which only what is unused is left of
 * `slackNotification`.
 */
export function withButlerSlackSettings(settings: RawSettings): RawSettings {
  const notification = settings['slackNotification'];
  if (!isSettings(notification)) return settings;
  const events = notification['userSessionEvents'];
  if (!isSettings(events)) return settings;

  const taken: RawSettings = {};
  for (const [key, butlerKey] of Object.entries(butlerSlackKeys)) {
    if (Object.hasOwn(events, butlerKey)) taken[key] = events[butlerKey];
  }
  const { webhookURL } = taken;
  if (typeof webhookURL === 'string' && isPlaceholder(webhookURL)) delete taken['webhookURL'];
  // Butler has a switch for all of Slack as well.
  if ('enable' in taken && notification['enable'] !== true) taken['enable'] = false;

  const own = settings['slackConfig'];
  if (own !== undefined && !isSettings(own)) return settings;
  const { slackNotification: _, ...others } = settings;
  const unused = unusedOf(notification, events);
  return {
    ...others,
    ...(Object.keys(unused).length > 0 && { slackNotification: unused }),
    slackConfig: { ...taken, ...own },
  };
}

/** What Butler's template has in the place of a URL: `<web hook URL from Slack>`. */
const isPlaceholder = (text: string): boolean => /^\s*<(?!https?:).*>\s*$/is.test(text);

/** What of Butler's Slack settings was not taken over. */
function unusedOf(notification: RawSettings, events: RawSettings): RawSettings {
  const { enable: _, userSessionEvents: __, ...unused } = notification;
  const used = new Set(Object.values(butlerSlackKeys));
  const eventKeys = Object.entries(events).filter(([key]) => !used.has(key));
  return eventKeys.length === 0
    ? unused
    : { ...unused, userSessionEvents: Object.fromEntries(eventKeys) };
}

/** Where the setting at `path` is written in the file: under Butler's own key, if it came from there. */
export function pathInFile(path: Path, settings: RawSettings): Path {
  const [section, key, ...rest] = path;
  if (section !== 'slackConfig' || typeof key !== 'string') return path;
  const own = settings['slackConfig'];
  const butlerKey = Object.hasOwn(butlerSlackKeys, key) ? butlerSlackKeys[key] : undefined;
  if (!butlerKey || (isSettings(own) && key in own)) return path;
  const notification = settings['slackNotification'];
  const events = isSettings(notification) ? notification['userSessionEvents'] : undefined;
  if (!isSettings(events) || !(butlerKey in events)) return path;
  return ['slackNotification', 'userSessionEvents', butlerKey, ...rest];
}

/** A setting of Butler 6 that is not used here, and what to set instead. */
export interface ReplacedSetting {
  readonly path: readonly string[];
  readonly advice: string;
}

/** Butler 6's connection to Azure Event Grid, where it is on: the same is set in other words here. */
export function replacedButlerSettings(settings: RawSettings): ReplacedSetting[] {
  const mqtt = settings['mqttConfig'];
  const grid = isSettings(mqtt) ? mqtt['azureEventGrid'] : undefined;
  if (!isSettings(grid) || grid['enable'] !== true) return [];
  const path = ['mqttConfig', 'azureEventGrid'];
  const own = 'Butler.mqttConfig';
  const advice = (key: string, instead: string) => ({ path: [...path, key], advice: instead });
  return [
    advice(
      'enable',
      `set ${own}.brokerPort to 8883, ${own}.tls.enable to true and ${own}.retain to false`,
    ),
    ...('clientId' in grid
      ? [
          advice(
            'clientId',
            `set ${own}.brokerClientId, and ${own}.brokerUser to the authentication name`,
          ),
        ]
      : []),
    ...('clientCertFile' in grid ? [advice('clientCertFile', `set ${own}.tls.certFile`)] : []),
    ...('clientKeyFile' in grid ? [advice('clientKeyFile', `set ${own}.tls.keyFile`)] : []),
  ];
}
