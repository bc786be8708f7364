import { ActiveUsersSink } from '../../src/active-users/active-users-sink.ts';
import { userNamesPayload } from '../../src/publications/active-user-payloads.ts';
import { ManualClock } from './manual-clock.ts';
import { recordingLog } from './recording-log.ts';

export interface StartedSink {
  readonly sink: ActiveUsersSink;
  readonly clock: ManualClock;
  /** What is on disk. */
  readonly store: Map<string, string>;
  /** How many users were announced, each time. */
  readonly announced: readonly number[];
  readonly lines: readonly string[];
  /** The names on MQTT. */
  names(): string[];
  writes(): number;
}

export interface SinkOptions {
  readonly store?: Map<string, string>;
  readonly clock?: ManualClock;
  readonly timeIsKnown?: () => boolean;
}

/** A sink for active users that keeps them in a map. It is not started. */
export function createActiveUsersSink(options: SinkOptions = {}): StartedSink {
  const { store = new Map(), clock = new ManualClock(), timeIsKnown = () => true } = options;
  const { log, lines } = recordingLog();
  const announced: number[] = [];
  let writes = 0;
  const sink = new ActiveUsersSink({
    store: {
      isThere: true,
      entries: async () => [...store],
      write: async (changes) => {
        writes += 1;
        for (const [key, value] of changes) {
          if (value === undefined) store.delete(key);
          else store.set(key, value);
        }
      },
    },
    onChange: (users) => announced.push(users.count),
    timeIsKnown,
    clock,
    log,
  });
  const names = () => JSON.parse(userNamesPayload(sink.users)) as string[];
  return { sink, clock, store, announced, lines, names, writes: () => writes };
}
