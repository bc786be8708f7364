import { existsSync, readdirSync } from 'node:fs';
import { createEventLoopDelay } from './event-loop-delay.ts';
import type { Metric } from './metrics.ts';

/** Where Linux lists the files that this process has open (proc_pid_fd(5)). */
const openFiles = '/proc/self/fd';

/** What runs and how it is doing, under the names that Prometheus's client libraries agree on. */
export function processMetrics(version: string): readonly Metric[] {
  const eventLoopDelay = createEventLoopDelay();
  const startTime = createStartTime();
  return [
    {
      type: 'gauge',
      name: 'blinky_build_info',
      help: 'Version of Blinky and Node.js; the value is always 1',
      labels: { version, node: process.versions.node, arch: process.arch },
      read: () => 1,
    },
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
      read: startTime,
    },
    ...(existsSync(openFiles) ? [openFileCount] : []),
    {
      type: 'summary',
      name: 'blinky_event_loop_delay_seconds',
      help: 'Delay of the event loop; the quantiles cover the time since the last scrape',
      readSummary: () => ({
        quantiles: eventLoopDelay.read(),
        sum: eventLoopDelay.seconds,
        count: eventLoopDelay.samples,
      }),
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

/** When the time of day is set, the start moves with it; less is the clock's own inaccuracy, s. */
const clockInaccuracy = 2;

/** The same at each reading, so that Prometheus takes only a restart for one. */
function createStartTime(): () => number {
  let start = 0;
  return () => {
    const now = Date.now() / 1000 - process.uptime();
    if (Math.abs(now - start) > clockInaccuracy) start = now;
    return start;
  };
}
