import { existsSync, readdirSync } from 'node:fs';
import { createEventLoopDelay } from './event-loop-delay.ts';
import type { Metric } from './metrics.ts';

/** Where Linux lists the files that this process has open (proc_pid_fd(5)). */
const openFiles = '/proc/self/fd';

/** How the process is doing, under the names that Prometheus's client libraries agree on. */
export function processMetrics(): readonly Metric[] {
  const eventLoopDelay = createEventLoopDelay();
  return [
    {
      type: 'gauge',
      name: 'process_resident_memory_bytes',
      help: 'Resident memory size in bytes',
      read: () => process.memoryUsage.rss(),
    },
    {
      type: 'counter',
      name: 'process_cpu_seconds_total',
      help: 'User and system CPU time spent in seconds',
      read: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    },
    {
      type: 'gauge',
      name: 'process_start_time_seconds',
      help: 'Start time of the process since the Unix epoch in seconds',
      read: () => Date.now() / 1000 - process.uptime(),
    },
    ...(existsSync(openFiles) ? [openFileCount] : []),
    {
      type: 'gauge',
      name: 'blinky_event_loop_delay_seconds',
      help: 'How late the event loop came to its work since the last scrape',
      label: 'quantile',
      readEach: eventLoopDelay.read,
    },
  ];
}

const openFileCount: Metric = {
  type: 'gauge',
  name: 'process_open_fds',
  help: 'Number of open file descriptors',
  // Reading the list opens one more.
  read: () => readdirSync(openFiles).length - 1,
};
