import { hostname } from 'node:os';
import { monotonicFactory } from 'ulid';
import { faultCodes } from '../../hardware/fault-codes.ts';
import { SignIns } from '../access/sign-ins.ts';
import { Users } from '../access/users.ts';
import { activeUserMetrics } from '../active-users/active-user-metrics.ts';
import { ActiveUsersSink } from '../active-users/active-users-sink.ts';
import { sendTestEvent } from '../appender/test-event.ts';
import { Button } from '../button/button.ts';
import { sumByKind, type UserEvent } from '../events/user-event.ts';
import { FanOut } from '../fan-out/fan-out.ts';
import { aborted, SinkRunner } from '../fan-out/sink-runner.ts';
import { ClockWatch } from '../health/clock-watch.ts';
import { reportConfiguration } from '../health/configuration.ts';
import { Health } from '../health/health.ts';
import { createMetrics } from '../health/metrics.ts';
import { NetworkWatch } from '../health/network-watch.ts';
import { shownFault } from '../health/shown-fault.ts';
import { RetryPauses } from '../platform/retry-pauses.ts';
import { Announcer } from '../publications/announcer.ts';
import { createIdentity } from '../storage/identity.ts';
import { memoryInUse } from '../storage/memory-in-use.ts';
import { Namespace } from '../storage/namespace.ts';
import { StartGuard } from '../storage/start-guard.ts';
import { State } from '../storage/state.ts';
import { WebSink } from '../web/web-sink.ts';
import type { App, AppOptions } from './app-interface.ts';
import { createBrokerParts } from './broker.ts';
import { createHomeAssistant } from './home-assistant.ts';
import { createLights } from './lights.ts';
import { createOtherBrokers } from './other-brokers.ts';
import { createRequestHandler } from './requests.ts';
import { createSlack } from './slack.ts';
import { slackFigures, statusOf } from './status.ts';
import { createUdp } from './udp.ts';
import { createUdpStateTeller } from './udp-state.ts';

/** Pauses between tries at something outside, ms. */
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/** Builds every part of the appliance and joins them. Nothing runs before `start`. */
export function createApp(options: AppOptions): App {
  const { config, clock, random, log } = options;
  const health = new Health(clock, log);
  /** What a part that reaches outside works with. */
  const partTools = (name: string) => ({
    clock,
    log: log.for(name),
    health: health.part(name),
    retry: new RetryPauses(firstRetryMs, longestRetryMs, random),
  });
  const startedAt = clock.now().toISOString();
  const guard = new StartGuard({ directory: options.stateDirectory, clock, memoryInUse });
  const state = new State({ ...partTools('state'), directory: options.stateDirectory, guard });

  const announcer = new Announcer(config.mqttConfig);

  const { lights, lightFor } = createLights({ ...partTools('lights'), options, announcer });

  const button = new Button({
    ...partTools('button'),
    open: options.openButton,
    onPress: () => lights.testLamps(),
    onHold: () => options.powerOff?.(),
  });

  const clockWatch = new ClockWatch({ ...partTools('clock'), timeIsSet: options.timeIsSet });
  const timeIsKnown = () => clockWatch.timeIsKnown;
  const network = new NetworkWatch({ ...partTools('network'), addresses: options.addresses });

  const identity = createIdentity(new Namespace(state, 'appliance'));
  const homeAssistant = createHomeAssistant(options, state, announcer, identity);
  const onRequest = createRequestHandler({
    testBlink: (colour) => lights.testBlink(colour),
    homeAssistant,
  });
  const users = new Users(config.brokerConfig.access.users);
  const signIns = new SignIns({ users, clock, log: log.for('sign-in') });
  const mqtt = createBrokerParts({
    partTools,
    config,
    signIns,
    users,
    announcer,
    onRequest,
    birthTopic: homeAssistant.birthTopic,
    state,
    stateDirectory: options.stateDirectory,
    version: options.version,
  });
  const brokerSink = mqtt.sink;

  const activeUsers = new ActiveUsersSink({
    clock,
    log: log.for('active users'),
    store: new Namespace(state, 'active-users'),
    onChange: (users) => announcer.activeUsers(users),
    timeIsKnown,
  });

  const slack = createSlack(options, health, state);
  const newId = monotonicFactory(random);
  const otherBrokers = createOtherBrokers({
    options,
    health,
    state,
    announcer,
    identity,
    birthTopic: homeAssistant.birthTopic,
    ownPort: () => mqtt.listener.port,
    onRequest,
    createId: newId,
    timeIsKnown,
    deliver: (event, readAtMs) => deliver(event, readAtMs),
  });
  const { upstream, satellite } = otherBrokers;
  const udp = createUdp({
    config,
    tools: partTools('udp'),
    timeIsKnown,
    createId: newId,
    deliver: (event, readAtMs) => {
      deliver(event, readAtMs);
      satellite?.note(event);
    },
    onRejected: (rejection) => web.rejected(rejection),
  });
  const { ingest, listener, rejections } = udp;
  const accepted = () => sumByKind(ingest.accepted, satellite?.accepted);
  const udpHealth = health.part('udp');

  const web = new WebSink({
    ...partTools('web'),
    host: config.webConfig.host,
    port: config.webConfig.port,
    machineName: hostname(),
    hostNames: config.webConfig.hostNames,
    allowedOrigins: config.webConfig.allowedOrigins,
    access: {
      anonymous: config.brokerConfig.access.anonymous,
      personalData: config.brokerConfig.access.personalData,
      hasUsers: users.areThere,
      signIn: (address, name, password) => signIns.signIn(address, name, password),
    },
    state: {
      status: () =>
        statusOf({
          version: options.version,
          startedAt,
          health,
          lights,
          lightFor,
          ingest,
          accepted: accepted(),
          rejections,
          activeUsers,
          mqtt: mqtt.broker,
          slack,
          otherBrokers,
          mqttConfig: config.mqttConfig,
        }),
      faults: () => health.faults(),
      metrics: () => metrics.render(),
    },
    setup: {
      eventPort: () => listener.port ?? config.udpServerConfig.portSessionConnectionEvents,
      eventAddress: udp.address,
      lastRejected: () => rejections.last,
    },
    faultCodes,
    sendTestEvent: async (kind) => {
      if (listener.port === undefined) throw new Error(udpHealth.status.message);
      await sendTestEvent(kind, hostname(), { host: udp.address(), port: listener.port });
    },
    ...(slack && { trySlackNow: () => slack.tryNow() }),
    onUpgrade: mqtt.webSocket.handleUpgrade,
    authority: () => mqtt.tls?.authority(),
    historyStore: new Namespace(state, 'history'),
  });

  /**
   * In the order in which they start, and get each event: the broker's subscribers wait for none of
   * the others. They stop in reverse.
   */
  const sinks = new SinkRunner(
    [
      brokerSink,
      activeUsers,
      ...(upstream ? [upstream] : []),
      ...(slack ? [slack] : []),
      ...(config.webConfig.enable ? [web] : []),
      ...(options.extraSinks ?? []),
    ],
    health,
    log,
    (part) => guard.loading(part),
  );
  const fanOut = new FanOut({
    first: lights,
    inboxes: sinks.inboxes,
    onFailure: (error) => log.for(lights.name).error(`failed at an event: ${String(error)}`),
  });
  const metrics = createMetrics(
    {
      version: options.version,
      accepted,
      rejected: () => rejections.counts,
      lights: () => ({ green: lights.lights.green.planner, red: lights.lights.red.planner }),
      inboxes: () => sinks.inboxes,
      activeUsers: () => activeUsers.users.count,
      clients: () => mqtt.broker.clientCount,
      slack: () => slackFigures(slack),
      parts: () => health.statuses(),
    },
    [
      ...listener.metrics,
      ...ingest.metrics,
      ...mqtt.metrics,
      ...signIns.metrics,
      ...activeUserMetrics(activeUsers.users),
      ...web.figures.metrics,
      ...otherBrokers.metrics,
    ],
  );

  function deliver(event: UserEvent, readAtMs: number): void {
    fanOut.deliver(event);
    metrics.observeLightLatency(clock.monotonicMs() - readAtMs);
  }

  async function start(): Promise<void> {
    reportConfiguration(health.part('configuration'), options.configFault);
    await state.open();
    await lights.start();
    clockWatch.start();
    // Datagrams are taken from here on; events wait in the inboxes for sinks that still start.
    if (config.udpServerConfig.enable) await listener.start();
    else udpHealth.off('Butler.udpServerConfig.enable is false');
    await homeAssistant.start();
    await sinks.start();
    guard.loaded();
    satellite?.start();
    await button.start();
    network.start();
    const tellUdpState = createUdpStateTeller(udpHealth, announcer);
    const healthChanged = () => {
      tellUdpState();
      lights.showFault(shownFault(health.faults())?.flashes ?? 0);
    };
    health.onChange(healthChanged);
    healthChanged();
  }

  async function stop(deadline: AbortSignal): Promise<void> {
    guard.stopping();
    network.stop();
    clockWatch.stop();
    homeAssistant.stop();
    button.stop();
    await Promise.all([listener.stop(), satellite?.stop()]);
    rejections.stop();
    await sinks.stop(deadline);
    signIns.stop();
    lights.goDark();
    await Promise.race([state.close(), aborted(deadline)]);
  }

  let stopping: Promise<void> | undefined;
  return {
    health,
    lights,
    get activeUserCount() {
      return activeUsers.users.count;
    },
    get ports() {
      return {
        udp: listener.port,
        mqtt: mqtt.listener.port,
        mqtts: mqtt.tls?.listener.port,
        web: web.port,
      };
    },
    eventsFlow: udp.eventsFlow,
    start,
    crashed: () => {
      lights.goDark();
      guard.crashed();
    },
    stop: (deadline) => {
      stopping ??= stop(deadline);
      return stopping;
    },
  };
}
