import { isSettings, type RawSettings } from './source.ts';

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
