import type { Metric } from '../../health/metrics.ts';
import type { Satellite } from './satellite.ts';

/** What came from the other broker; undefined where there is none. */
export function satelliteFigures(satellite: Satellite | undefined) {
  if (!satellite) return undefined;
  const { accepted, rejected, copies, excluded } = satellite;
  return { accepted, rejected, copies, excluded };
}

export function satelliteMetrics(satellite: Satellite | undefined): readonly Metric[] {
  if (!satellite) return [];
  return [
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
      help: 'Messages of another broker that were no events',
      label: 'reason',
      readEach: () => Object.entries(satellite.rejected),
    },
    {
      type: 'counter',
      name: 'blinky_satellite_copies_total',
      help: 'Messages of another broker that told of an event once more',
      read: () => satellite.copies,
    },
  ];
}
