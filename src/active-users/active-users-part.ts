import { type Part, sinkPart } from '../appliance/part.ts';
import { activeUserMetrics } from './active-user-metrics.ts';
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
