import { type Part, sinkPart } from '../appliance/part.ts';
import type { Metric } from '../health/metrics.ts';
import type { ActiveUsers } from './active-users.ts';
import { ActiveUsersSink, type ActiveUsersSinkOptions } from './active-users-sink.ts';

export interface ActiveUsersPart extends Part<'active users'> {
  readonly users: ActiveUsers;
}

/** Who is active. */
export function createActiveUsersPart(options: ActiveUsersSinkOptions): ActiveUsersPart {
  const sink = new ActiveUsersSink(options);
  const { users } = sink;
  const status = () => ({ activeUsers: users.count });
  return {
    ...sinkPart('active users', sink, { metrics: activeUserMetrics(users), status }),
    users,
  };
}

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
