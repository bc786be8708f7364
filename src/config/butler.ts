import { isSettings, type Path, type RawSettings } from './raw-settings.ts';

/**
 * Settings of a Butler 6 configuration file that the appliance does not use
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

/** Whether this key (below `Butler`) is a setting of Butler 6 that the appliance does not use. */
export function isUnusedButlerKey(key: string): boolean {
  return unusedButlerKeys.has(key);
}

/** Whether this unused key occurs only in files made for Butler. */
export function isButlersAlone(unusedKey: string): boolean {
  return !unusedKey.startsWith('slackNotification');
}

/** Butler's names, below `slackNotification.userSessionEvents`, of settings in `slackConfig`. */
const butlerSlackKeys: Readonly<Record<string, string>> = {
  enable: 'enable',
  loginNotificationChannel: 'channel',
  excludeUser: 'excludeUser',
  webhookURL: 'webhookURL',
};

/**
 * Copies Butler 6's `slackNotification.userSessionEvents` into `slackConfig`, unless the same setting
 * is there too. Returns new settings, in which `slackNotification` has only what is not used.
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
  // Butler also has one setting that switches all of Slack on or off.
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

/** Whether this is the placeholder of Butler's template, `<web hook URL from Slack>`. */
const isPlaceholder = (text: string): boolean => /^\s*<(?!https?:).*>\s*$/is.test(text);

/** Returns Butler's Slack settings that were not copied. */
function unusedOf(notification: RawSettings, events: RawSettings): RawSettings {
  const { enable: _, userSessionEvents: __, ...unused } = notification;
  const used = new Set(Object.values(butlerSlackKeys));
  const eventKeys = Object.entries(events).filter(([key]) => !used.has(key));
  return eventKeys.length === 0
    ? unused
    : { ...unused, userSessionEvents: Object.fromEntries(eventKeys) };
}

/** Returns where a setting is in the file: under Butler's own key if it came from there. */
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

/** A setting of Butler 6 that is not used, and what to set instead. */
export interface ReplacedSetting {
  readonly path: readonly string[];
  readonly advice: string;
}

/** Returns the replacements for Butler 6's connection to Azure Event Grid, if that is on. */
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
