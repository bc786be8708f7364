import { hostname } from 'node:os';
import { monotonicFactory } from 'ulid';
import { faultCodes } from '../../hardware/fault-codes.ts';
import { createSignInPart } from '../access/sign-in-part.ts';
import { Users } from '../access/users.ts';
import { createActiveUsersPart } from '../active-users/active-users-part.ts';
import { createOwnBrokerTest } from '../bridge/link/own-broker.ts';
import { createSatellitePart } from '../bridge/satellite/satellite-part.ts';
import { createUpstreamPart } from '../bridge/upstream/upstream-part.ts';
import { upstreamLimits } from '../bridge/upstream/upstream-sink.ts';
import { createMqttParts } from '../broker/mqtt-parts.ts';
import { Button } from '../button/button.ts';
import { FanOut } from '../fan-out/fan-out.ts';
import { ClockWatch } from '../health/clock-watch.ts';
import { createConfigurationPart } from '../health/configuration-part.ts';
import { Health } from '../health/health.ts';
import { createMetrics } from '../health/metrics.ts';
import { NetworkWatch } from '../health/network-watch.ts';
import { processMetrics } from '../health/process-metrics.ts';
import { shownFault } from '../health/shown-fault.ts';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { createUdpPart, createUdpStatePublisher } from '../ingest/udp-part.ts';
import { createLightsPart } from '../lights/lights-part.ts';
import { reachableAddresses } from '../platform/addresses.ts';
import { stackOf } from '../platform/bug-log.ts';
import { RetryPauses } from '../platform/retry-pauses.ts';
import { createRequestHandler } from '../publications/requests.ts';
import { StatePublisher } from '../publications/state-publisher.ts';
import { createSlackPart } from '../slack/slack-part.ts';
import { createIdentity } from '../storage/identity.ts';
import { Namespace } from '../storage/namespace.ts';
import { createStateParts } from '../storage/state-part.ts';
import { createWebPart } from '../web/web-part.ts';
import type { App, AppOptions } from './app-interface.ts';
import { type Part, type PartTools, type Reports, sinkPart } from './part.ts';
import { PartRunner } from './part-runner.ts';
import { inOrder, namespaceOf, type PartName, parts as table } from './parts.ts';

/** Pauses between attempts to use something external, ms. */
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/** Creates every part of the appliance and connects them. Nothing runs before `start`. */
export function createApp(options: AppOptions): App {
  const { config, version, clock, random, log, credentialsDirectory } = options;
  const { brokerConfig, mqttConfig } = config;
  const health = new Health(clock, log);
  const tools = (name: PartName): PartTools => ({
    clock,
    log: log.for(name),
    health: health.part(name),
    retry: new RetryPauses(firstRetryMs, longestRetryMs, random),
  });
  const startedAt = clock.now().toISOString();
  const createId = monotonicFactory(random);
  const shown = () => shownFault(health.faults(), table);

  const configuration = createConfigurationPart(health.part('configuration'), options.configFault);
  const { state: statePart, guard } = createStateParts(
    options.stateDirectory,
    tools('state'),
    namespaceOf,
  );
  const { state } = statePart;
  const identity = createIdentity(new Namespace(state, 'appliance'));
  const statePublisher = new StatePublisher(mqttConfig);
  const lightsPart = createLightsPart({
    tools: tools('lights'),
    settings: config.lightConfig,
    openLamps: options.openLamps,
    onLight: options.onLight,
    afterLight: (colour, lit) => statePublisher.light(colour, lit),
  });
  const { lights } = lightsPart;
  const button = new Button({
    ...tools('button'),
    open: options.openButton,
    onPress: () => lights.testLamps(),
    onHold: () => options.powerOff?.(),
  });
  const clockWatch = new ClockWatch({ ...tools('clock'), timeIsSet: options.timeIsSet });
  const timeIsKnown = () => clockWatch.timeIsKnown;
  const network = new NetworkWatch({ ...tools('network'), addresses: options.addresses });
  const homeAssistant = new HomeAssistant({
    enable: mqttConfig.enable && mqttConfig.homeAssistant.enable,
    discoveryPrefix: mqttConfig.homeAssistant.discoveryPrefix,
    device: {
      version,
      machineName: hostname(),
      webPort: config.webConfig.enable ? config.webConfig.port : undefined,
      topics: mqttConfig,
      udp: config.udpServerConfig.enable,
    },
    identity,
    statePublisher,
    namespace: new Namespace(state, 'home-assistant'),
    clock,
    log: log.for('home assistant'),
  });
  const { birthTopic } = homeAssistant;
  const onRequest = createRequestHandler({
    testBlink: (colour) => lights.testBlink(colour),
    homeAssistant,
  });
  const users = new Users(brokerConfig.access.users);
  const signIn = createSignInPart({
    users,
    residentBytes: () => process.memoryUsage.rss(),
    clock,
    log: log.for('sign-in'),
  });
  const mqtt = createMqttParts({
    settings: brokerConfig,
    publications: mqttConfig,
    signIns: signIn.signIns,
    users,
    statePublisher,
    onRequest,
    birthTopic,
    state,
    stateDirectory: options.stateDirectory,
    version,
    addresses: reachableAddresses,
    tools,
  });
  const activeUsers = createActiveUsersPart({
    clock,
    log: log.for('active users'),
    store: new Namespace(state, 'active-users'),
    onChange: (changed) => statePublisher.activeUsers(changed),
    timeIsKnown,
  });
  const slack = createSlackPart({
    config: config.slackConfig,
    token: options.slackToken,
    environment: options.environment ?? {},
    state,
    clock,
    random,
    log,
    healthOf: (name) => health.part(name),
  });

  const limits = options.upstreamLimits ?? upstreamLimits;
  const isOwnBroker = createOwnBrokerTest(() => [
    mqtt.ports.mqtt,
    brokerConfig.port,
    ...(brokerConfig.tls.enable ? [brokerConfig.tls.port] : []),
  ]);
  const satellite = createSatellitePart({
    tools: {
      ...tools('satellite'),
      retry: new RetryPauses(limits.firstRetryMs, limits.longestRetryMs, random),
    },
    settings: config.satelliteConfig,
    topics: mqttConfig,
    excludeUser: config.userEvents.excludeUser,
    credentialsDirectory,
    clientId: async () => `blinky-${await identity()}-satellite`,
    isOwnBroker,
    browse: options.browse,
    createId,
    timeIsKnown,
    deliver: (event, readAtMs) => delivery.deliver(event, readAtMs),
  });
  const upstream = createUpstreamPart({
    settings: mqttConfig,
    credentialsDirectory,
    clientId: async () => `blinky-${await identity()}-upstream`,
    isOwnBroker,
    cameFrom: (event, peer) => satellite.cameFrom(event, peer),
    statePublisher,
    birthTopic,
    onRequest,
    state,
    clock,
    random,
    log,
    healthOf: (name) => health.part(name),
    limits,
  });
  const udp = createUdpPart({
    tools: tools('udp'),
    settings: config.udpServerConfig,
    excludeUser: config.userEvents.excludeUser,
    timeIsKnown,
    createId,
    deliver: (event, readAtMs) => delivery.deliverFromUdp(event, readAtMs),
    onRejected: (rejection) => web.rejected(rejection),
  });
  const web = createWebPart({
    tools: tools('web'),
    settings: config.webConfig,
    access: {
      anonymous: brokerConfig.access.anonymous,
      personalData: brokerConfig.access.personalData,
      hasUsers: users.areThere,
      signIn: (address, name, password) => signIn.signIns.signIn(address, name, password),
    },
    events: udp,
    state: {
      status: () => status(),
      faults: () => health.faults(),
      metrics: () => metrics.render(),
    },
    faultCodes,
    partLabels: table,
    trySlackNow: slack.tryNow,
    onUpgrade: mqtt.onUpgrade,
    authority: mqtt.authority,
    historyStore: new Namespace(state, 'history'),
  });

  const parts: Part[] = inOrder([
    configuration,
    statePart,
    lightsPart,
    clockWatch,
    udp,
    homeAssistant,
    signIn,
    ...mqtt.parts,
    activeUsers,
    upstream,
    slack,
    web,
    guard,
    satellite,
    button,
    network,
  ]);
  const extra = (options.extraSinks ?? []).map((sink) => sinkPart(sink.name, sink));
  parts.splice(parts.indexOf(guard), 0, ...extra);
  const runner = new PartRunner(parts, {
    health,
    log,
    clock,
    onLoading: (sink) => guard.guard.loading(sink),
  });
  const delivery = new FanOut({
    first: lights,
    inboxes: runner.inboxes,
    onFailure: (error) => log.for('lights').error(`can't handle an event: ${stackOf(error)}`),
    accepted: () => [udp.accepted, satellite.accepted],
    onUdpEvent: (event) => satellite.note(event),
    clock,
  });
  const reports: readonly Reports[] = [delivery, runner, health, ...parts];
  const metrics = createMetrics([
    ...processMetrics(version),
    ...reports.flatMap((one) => one.metrics ?? []),
  ]);
  const status = (): object => ({
    version,
    startedAt,
    parts: Object.fromEntries(health.statuses()),
    faultCode: shown(),
    ...Object.assign({}, ...reports.map((one) => one.status?.())),
  });

  async function start(): Promise<void> {
    await runner.start();
    const publishUdpState = createUdpStatePublisher(udp, (now) => statePublisher.udpServer(now));
    const healthChanged = () => {
      publishUdpState();
      lights.showFault(shown()?.flashes ?? 0);
    };
    health.onChange(healthChanged);
    healthChanged();
  }

  let stopping: Promise<void> | undefined;
  return {
    health,
    lights,
    get activeUserCount() {
      return activeUsers.users.count;
    },
    get ports() {
      return { udp: udp.port, ...mqtt.ports, web: web.port };
    },
    eventsFlow: udp.eventsFlow,
    start,
    crashed: () => {
      lights.goDark();
      guard.guard.crashed();
    },
    stop: (deadline) => {
      stopping ??= runner.stop(deadline);
      return stopping;
    },
  };
}
