import { isSettings, type Path, type RawSettings } from './source.ts';
import { isPlaceholder } from './webhook-url.ts';

/**
 * Settings that a Butler 6 configuration file has and this appliance does not use
 * (Butler 6.1.1, src/config/production_template.yaml).
 */
const unusedButlerKeys: ReadonlySet<string> = new Set([
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
  if ('enable' in events) {
    taken['enable'] = notification['enable'] === true ? events['enable'] : false;
  }
  if ('channel' in events) taken['loginNotificationChannel'] = events['channel'];
  if ('excludeUser' in events) taken['excludeUser'] = events['excludeUser'];
  const webhookURL = events['webhookURL'];
  if (typeof webhookURL === 'string' && !isPlaceholder(webhookURL)) {
    taken['webhookURL'] = webhookURL;
  }

  const own = settings['slackConfig'];
  if (own !== undefined && !isSettings(own)) return settings;
  const { slackNotification: _, ...others } = settings;
  const { enable: __, userSessionEvents: ___, ...unused } = notification;
  return {
    ...others,
    ...(Object.keys(unused).length > 0 && { slackNotification: unused }),
    slackConfig: { ...taken, ...own },
  };
}

/** Butler's names for what `slackConfig` calls otherwise, below `slackNotification.userSessionEvents`. */
const butlerSlackKeys: Readonly<Record<string, string>> = {
  loginNotificationChannel: 'channel',
  excludeUser: 'excludeUser',
  webhookURL: 'webhookURL',
};

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
