import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '../../../src/access/password.ts';
import type { Programs } from '../../bench/programs.ts';
import { freeTcpPort } from '../../bench/targets/ports.ts';
import type { Target } from '../../support/strangers/attack.ts';
import { guessedUser } from '../../support/strangers/guesses.ts';
import { type RunningAppliance, startAppliance } from '../appliance.ts';
import { rest } from '../rest.ts';
import { SlackChannel } from '../slack-channel.ts';
import { Bystanders } from './bystanders.ts';
import { LampWatch } from './lamp-watch.ts';
import { MarkedEvents, markedScript } from './marked-events.ts';
import { SignedInSubscriber } from './signed-in-subscriber.ts';

const bystanderCount = 5;
const password = 'correct horse battery staple';
/** The lamps test themselves after the start, ms. */
const lampTestMs = 2000;

export interface SetupOptions {
  readonly programs: Programs;
  /** What starts the program. */
  readonly command: readonly string[];
  readonly folder: string;
  /** Events a second. */
  readonly rate: number;
}

/** The appliance, and those who depend on it. */
export interface Setup {
  readonly appliance: RunningAppliance;
  readonly target: Target;
  readonly events: MarkedEvents;
  readonly rate: number;
  readonly subscriber: SignedInSubscriber;
  readonly bystanders: Bystanders;
  readonly lamps: LampWatch;
  readonly slack: SlackChannel;
  /** Aborts when the program dies. */
  readonly over: AbortController;
  readonly firstStartMs: number;
  /** Whether it ended by itself, and what it said. */
  readonly died: boolean;
  readonly lastWords: string;
  /** Stops the program; resolves with how long that took, ms. */
  stop(): Promise<number>;
  /** Starts it again at the same place; resolves with how long it took to be ready, ms. */
  start(): Promise<number>;
  /** Ends what is not the program. */
  leave(): Promise<void>;
}

/** Resolves when all are there, and the lamps have tested themselves. */
export async function setUp(options: SetupOptions): Promise<Setup> {
  const { programs, command, folder, rate } = options;
  const slack = new SlackChannel(markedScript);
  await slack.open();
  const lamps = new LampWatch();
  const tlsPort = await freeTcpPort();
  const configFile = join(folder, 'blinky.yaml');
  writeFileSync(configFile, await configText());
  const start = async (ports?: RunningAppliance['ports']) => {
    const startedAt = performance.now();
    const started = await startAppliance(programs, command, folder, slack, {
      options: ['--config', configFile],
      settings: ['brokerConfig.tls.enable=true', `brokerConfig.tls.port=${tlsPort}`],
      onLine: lamps.read,
      ...(ports && { ports }),
    });
    return { started, ms: performance.now() - startedAt };
  };
  const { started: appliance, ms: firstStartMs } = await start();
  const { ports, program } = appliance;
  const over = new AbortController();
  const end = { died: false, lastWords: '', isStopping: false };
  void program.ended.then(() => {
    if (!end.isStopping) Object.assign(end, { died: true, lastWords: lastWordsOf(program.said()) });
    over.abort();
  });
  const events = new MarkedEvents(ports.udp, rate);
  const subscriber = new SignedInSubscriber(ports.mqtt, { userName: guessedUser, password });
  const bystanders = new Bystanders({
    mqttPort: ports.mqtt,
    count: bystanderCount,
    sentAt: events.sentAt,
  });
  await subscriber.join(over.signal);
  const leaving = new AbortController();
  let staying: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    staying = bystanders.run(leaving.signal, resolve);
  });
  await rest(lampTestMs, over.signal);
  return {
    appliance,
    target: { host: '127.0.0.1', mqttPort: ports.mqtt, webPort: ports.web, tlsPort },
    events,
    rate,
    subscriber,
    bystanders,
    lamps,
    slack,
    over,
    firstStartMs,
    get died() {
      return end.died;
    },
    get lastWords() {
      return end.lastWords;
    },
    stop: async () => {
      end.isStopping = true;
      const stoppingAt = performance.now();
      void program.stop();
      await program.ended;
      return performance.now() - stoppingAt;
    },
    start: async () => (await start(ports)).ms,
    leave: async () => {
      end.isStopping = true;
      leaving.abort();
      await staying;
      await slack.close();
    },
  };
}

async function configText(): Promise<string> {
  const user = `{ name: ${guessedUser}, passwordHash: "${await hashPassword(password)}" }`;
  return `Butler:\n  brokerConfig:\n    access:\n      users: [${user}]\n`;
}

/** What the program said, without the lights and the addresses of V8's stack. */
const lastWordsOf = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line.trim() !== '' && !/light (?:on|off)$|^ ?\d+: 0x/.test(line))
    .join('\n');
