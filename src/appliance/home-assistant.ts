import { hostname } from 'node:os';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';
import type { Announcer } from '../publications/announcer.ts';
import { Namespace } from '../storage/namespace.ts';
import type { State } from '../storage/state.ts';
import type { AppOptions } from './app-interface.ts';

/** What lets Home Assistant find the appliance, or takes it back where it is not wanted. */
export function createHomeAssistant(
  { config, version, clock, log }: AppOptions,
  state: State,
  announcer: Announcer,
  identity: () => Promise<string>,
): HomeAssistant {
  const { mqttConfig, webConfig, udpServerConfig } = config;
  return new HomeAssistant({
    enable: mqttConfig.enable && mqttConfig.homeAssistant.enable,
    discoveryPrefix: mqttConfig.homeAssistant.discoveryPrefix,
    device: {
      version,
      machineName: hostname(),
      webPort: webConfig.enable ? webConfig.port : undefined,
      topics: mqttConfig,
      udp: udpServerConfig.enable,
    },
    identity,
    announcer,
    namespace: new Namespace(state, 'home-assistant'),
    clock,
    log: log.for('home assistant'),
  });
}
