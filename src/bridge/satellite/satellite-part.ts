import { offPart, type Part, type PartTools } from '../../appliance/part.ts';
import type { EventKind } from '../../events/kinds.ts';
import type { UserEvent } from '../../events/user-event.ts';
import type { Metric } from '../../health/metrics.ts';
import { levelPrefix } from '../../publications/topics.ts';
import { type Endpoint, sourceBroker } from '../link/remote-broker.ts';
import { browse, browseMs, type FoundService } from './browse.ts';
import { createLocator } from './locate.ts';
import { Satellite, type SatelliteOptions } from './satellite.ts';
import type { SatelliteSettings } from './settings.ts';

export interface SatellitePartOptions
  extends Pick<
    SatelliteOptions,
    'topics' | 'excludeUser' | 'clientId' | 'isOwnBroker' | 'createId' | 'deliver' | 'timeIsKnown'
  > {
  readonly tools: PartTools;
  readonly settings: SatelliteSettings;
  readonly credentialsDirectory: string | undefined;
  /** Asks the local network who offers MQTT; replaced in tests. */
  readonly browse?: (() => Promise<readonly FoundService[]>) | undefined;
}

export interface SatellitePart extends Part<'satellite'> {
  /** Undefined if it is off. */
  readonly accepted: Readonly<Record<EventKind, number>> | undefined;
  /** Records an event that came by UDP: it may come back through the other broker. */
  note(event: UserEvent): void;
  /** Whether an event came from the broker at the other end of another connection. */
  cameFrom(event: UserEvent, peer: Endpoint | undefined): boolean;
}

/** Takes events from another broker, if one is configured. */
export function createSatellitePart(options: SatellitePartOptions): SatellitePart {
  const { tools, settings, credentialsDirectory, isOwnBroker, ...rest } = options;
  if (settings.brokerHost === '') {
    return {
      ...offPart('satellite', tools.health, 'Butler.satelliteConfig.brokerHost is empty'),
      accepted: undefined,
      note: () => {},
      cameFrom: () => false,
    };
  }
  const satellite = new Satellite({
    ...rest,
    ...tools,
    broker: sourceBroker(settings, credentialsDirectory),
    locate: createLocator({
      settings,
      browse: options.browse ?? (() => browse({ clock: tools.clock, waitMs: browseMs })),
      isOwnBroker,
    }),
    topicPrefix: levelPrefix(settings.brokerTopicPrefix),
    isOwnBroker,
  });
  return {
    name: 'satellite',
    start: () => satellite.start(),
    stopTaking: () => satellite.stop(),
    metrics: satelliteMetrics(satellite),
    status: () => {
      const { accepted, rejected, copies, excluded } = satellite;
      return { satellite: { accepted, rejected, copies, excluded } };
    },
    accepted: satellite.accepted,
    note: (event) => satellite.note(event),
    cameFrom: (event, peer) => satellite.cameFrom(event, peer),
  };
}

const satelliteMetrics = (satellite: Satellite): readonly Metric[] => [
  {
    type: 'counter',
    name: 'blinky_satellite_events_total',
    help: 'User activity events taken from another broker',
    label: 'kind',
    readEach: () => Object.entries(satellite.accepted),
  },
  {
    type: 'counter',
    name: 'blinky_satellite_messages_rejected_total',
    help: "Messages from another broker that weren't valid events",
    label: 'reason',
    readEach: () => Object.entries(satellite.rejected),
  },
  {
    type: 'counter',
    name: 'blinky_satellite_copies_total',
    help: 'Messages from another broker that repeated an event',
    read: () => satellite.copies,
  },
];
