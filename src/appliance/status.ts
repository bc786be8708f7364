import { type Colour, colours } from '../../hardware/lamp.ts';
import type { ActiveUsersSink } from '../active-users/active-users-sink.ts';
import type { Broker } from '../broker/broker.ts';
import type { Config } from '../config/schema.ts';
import { type EventKind, eventKinds } from '../events/kinds.ts';
import type { Health } from '../health/health.ts';
import { shownFault } from '../health/shown-fault.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Rejections } from '../ingest/rejections.ts';
import type { LightsSink } from '../lights/lights-sink.ts';
import type { SlackSink } from '../slack/slack-sink.ts';
import type { OtherBrokers } from './other-brokers.ts';

export interface StatusSources {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly health: Health;
  readonly lights: LightsSink;
  readonly lightFor: Readonly<Record<EventKind, Colour | 'none'>>;
  readonly ingest: Pick<Ingest, 'excluded' | 'copies'>;
  /** Events accepted, wherever they came from. */
  readonly accepted: Readonly<Record<EventKind, number>>;
  readonly rejections: Pick<Rejections, 'counts'>;
  readonly activeUsers: Pick<ActiveUsersSink, 'users'>;
  readonly mqtt: Pick<Broker, 'clientCount' | 'figures'>;
  readonly slack: SlackSink | undefined;
  readonly otherBrokers: Pick<OtherBrokers, 'figures'>;
  readonly mqttConfig: Pick<
    Config['mqttConfig'],
    'activeUsersTopic' | 'activeUsersWithDirectoryTopic' | 'activeUserCountTopic'
  >;
}

/** The answer of `/api/status`: the state of every part, in figures and words. */
export function statusOf(sources: StatusSources) {
  const { health, lights, lightFor, ingest, mqtt, mqttConfig } = sources;
  const lightStatus = (colour: Colour) => {
    const { lit, planner } = lights.lights[colour];
    const shows = eventKinds.filter((kind) => lightFor[kind] === colour);
    return { lit, blinked: planner.blinked, coalesced: planner.coalesced, shows };
  };
  return {
    version: sources.version,
    startedAt: sources.startedAt,
    parts: Object.fromEntries(health.statuses()),
    faultCode: shownFault(health.faults()),
    lights: Object.fromEntries(colours.map((colour) => [colour, lightStatus(colour)])),
    accepted: sources.accepted,
    excluded: ingest.excluded,
    copies: ingest.copies,
    rejected: sources.rejections.counts,
    activeUsers: sources.activeUsers.users.count,
    mqttClients: mqtt.clientCount,
    mqtt: {
      slowClients: mqtt.figures.slowClients,
      dropped: mqtt.figures.dropped,
      refused: mqtt.figures.refused,
    },
    slack: slackFigures(sources.slack),
    ...sources.otherBrokers.figures(),
    topics: {
      activeUsers: mqttConfig.activeUsersTopic,
      activeUsersWithDirectory: mqttConfig.activeUsersWithDirectoryTopic,
      activeUserCount: mqttConfig.activeUserCountTopic,
    },
  };
}

/** What waits for Slack and what went there; undefined while Slack is off. */
export function slackFigures(slack: SlackSink | undefined) {
  if (!slack) return undefined;
  const { waiting, delivered, posted, dropped } = slack;
  return { waiting, delivered, posted, dropped };
}
