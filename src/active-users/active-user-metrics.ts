import type { Metric } from '../health/metrics.ts';
import type { ActiveUsers } from './active-users.ts';

export const activeUserMetrics = (users: ActiveUsers): readonly Metric[] => [
  {
    type: 'gauge',
    name: 'blinky_active_users',
    help: 'Users with a session',
    read: () => users.count,
  },
  {
    type: 'gauge',
    name: 'blinky_active_users_anonymous',
    help: 'Anonymous users with a session',
    read: () => users.anonymousCount,
  },
  {
    type: 'gauge',
    name: 'blinky_active_sessions',
    help: 'Sessions of all active users',
    read: () => users.sessionCount,
  },
  {
    type: 'counter',
    name: 'blinky_active_users_dropped_total',
    help: 'Active users dropped because there were too many',
    read: () => users.dropped,
  },
];
