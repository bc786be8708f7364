import type { FaultName } from '../../hardware/fault-codes.ts';
import { checkSatellite } from '../bridge/satellite/check-satellite.ts';
import { checkUpstream } from '../bridge/upstream/check-upstream.ts';
import { checkBrokerCertificate, checkBrokerPorts } from '../broker/check-broker.ts';
import type { Config } from '../config/schema.ts';
import type { Check } from '../health/check.ts';
import { checkClock } from '../health/check-clock.ts';
import { checkRunning } from '../health/check-running.ts';
import { checkSenders } from '../ingest/check-senders.ts';
import { checkReceiveBuffer, checkUdpPort } from '../ingest/check-udp.ts';
import { checkConfiguredLights } from '../lights/check-lights.ts';
import { checkConfiguredSlack } from '../slack/check-slack.ts';
import { checkState } from '../storage/check-state.ts';
import { checkPage } from '../web/check-page.ts';

/** What `blinky check` checks after the configuration, in order. Each part provides its own. */
export const checks: readonly Check<Config>[] = [
  checkState,
  checkClock,
  checkRunning,
  checkSenders,
  checkUdpPort,
  checkBrokerPorts,
  checkPage,
  checkReceiveBuffer,
  checkBrokerCertificate,
  checkConfiguredSlack,
  checkUpstream,
  checkSatellite,
  checkConfiguredLights,
];

/** The fault that each check looks for, where the manual explains it. */
export const faultOfCheck: ReadonlyMap<Check<Config>, FaultName> = new Map<
  Check<Config>,
  FaultName
>([
  [checkState, 'storage'],
  [checkUdpPort, 'events'],
  [checkBrokerPorts, 'broker'],
  [checkPage, 'web'],
  [checkBrokerCertificate, 'broker'],
  [checkConfiguredSlack, 'slack'],
  [checkUpstream, 'remote-broker'],
  [checkSatellite, 'remote-broker'],
  [checkConfiguredLights, 'lights'],
]);
