import { hostname } from 'node:os';
import type { Config } from '../config/schema.ts';
import { HomeAssistant, type HomeAssistantOptions } from './home-assistant.ts';

export interface HomeAssistantPartOptions
  extends Omit<HomeAssistantOptions, 'enable' | 'discoveryPrefix' | 'device'> {
  readonly config: Pick<Config, 'mqttConfig' | 'webConfig' | 'udpServerConfig'>;
  readonly version: string;
}

/** What lets Home Assistant find the appliance, or takes it back where it is not wanted. */
export function createHomeAssistantPart({
  config: { mqttConfig, webConfig, udpServerConfig },
  version,
  ...options
}: HomeAssistantPartOptions): HomeAssistant {
  return new HomeAssistant({
    ...options,
    enable: mqttConfig.enable && mqttConfig.homeAssistant.enable,
    discoveryPrefix: mqttConfig.homeAssistant.discoveryPrefix,
    device: {
      version,
      machineName: hostname(),
      webPort: webConfig.enable ? webConfig.port : undefined,
      topics: mqttConfig,
      udp: udpServerConfig.enable,
    },
  });
}
