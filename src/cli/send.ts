import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeDatagram } from '../appender/datagram.ts';
import { type EventKind, eventKinds, kinds } from '../events/kinds.ts';
import type { Dialect } from '../events/user-event.ts';
import {
  type Command,
  eitherOf,
  hostOption,
  numberOption,
  type OptionValues,
  refuseExtraArguments,
  textOption,
  UsageError,
} from './command.ts';
import { exitStatus } from './environment.ts';
import { describeNetworkError } from './network-error.ts';

const kindOf: ReadonlyMap<string, EventKind> = new Map(
  eventKinds.map((kind) => [kinds[kind].word, kind]),
);

const dialects: readonly Dialect[] = ['butler-6', 'butler-sos', 'butler-4'];

/** A browser, so that a test event looks like a real one. */
const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/** Above this rate, timers are too coarse for one pause per datagram, datagrams a second. */
const sleepsPerSecond = 100;

export const sendCommand: Command = {
  name: 'send',
  summary: 'Send an event to Blinky, as a Sense server does.',
  usage: `${[...kindOf.keys()].join('|')} [options]`,
  options: {
    user: { type: 'string', placeholder: 'DIRECTORY/ID', help: 'user (default LAB/goran)' },
    host: { type: 'string', placeholder: 'NAME', help: 'Sense server (default sense1)' },
    app: { type: 'string', placeholder: 'ID', help: 'ID of the app that is opened or closed' },
    to: {
      type: 'string',
      placeholder: 'HOST[:PORT]',
      help: 'where Blinky runs (default 127.0.0.1:9997)',
    },
    dialect: {
      type: 'string',
      placeholder: 'NAME',
      help: `datagram format: ${dialects.join(', ')} (default butler-6)`,
    },
    count: { type: 'string', placeholder: 'N', help: 'number of events (default 1)' },
    rate: { type: 'string', placeholder: 'N', help: 'events per second (default 10; 0: no limit)' },
  },
  examples: [
    'blinky send open --user LAB/goran --host sense1 --to blinky.local',
    'blinky send close --count 100 --rate 5',
  ],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 1);
    const [name = ''] = positionals;
    const kind = kindOf.get(name);
    if (!kind) {
      throw new UsageError(
        `${name ? `unknown event "${name}"` : 'missing event'}; use ${eitherOf([...kindOf.keys()])}`,
      );
    }
    const target = hostOption(values, 'to', { host: '127.0.0.1', port: 9997 });
    const count = numberOption(values, 'count', { min: 1, max: 10_000_000, byDefault: 1 });
    const rate = numberOption(values, 'rate', { min: 0, max: 1_000_000, byDefault: 10 });
    const datagram = encodeDatagram({
      kind,
      host: fieldOption(values, 'host') ?? 'sense1',
      ...userFrom(values),
      appId: fieldOption(values, 'app') ?? 'a421f4a2-c311-4ef4-ba41-fe2e6a2b0d69',
      userAgent,
      dialect: dialectFrom(values),
    });
    try {
      await sendDatagrams(datagram, target, count, rate);
    } catch (error) {
      const reason = describeNetworkError(error);
      environment.stderr.write(`blinky send: could not send to ${target.host}: ${reason}\n`);
      return exitStatus.fault;
    }
    environment.stdout.write(
      `sent ${count === 1 ? `one "${name}"` : `${count} "${name}"`} to ${target.host}:${target.port} (UDP: delivery not confirmed)\n`,
    );
    return exitStatus.fine;
  },
};

/** Returns an option that becomes one field of the datagram, in which semicolons separate fields. */
function fieldOption(values: OptionValues, name: string): string | undefined {
  const text = textOption(values, name);
  if (text === undefined || /^[^;]*[^;\s][^;]*$/.test(text)) return text;
  throw new UsageError(`--${name} must be text without semicolons (found "${text}")`);
}

function userFrom(values: OptionValues): { userDirectory: string; userId: string } {
  const user = fieldOption(values, 'user') ?? 'LAB/goran';
  const [userDirectory = '', userId = '', ...rest] = user.split(/[/\\]/);
  if (userId === '' || rest.length > 0) {
    throw new UsageError(`--user must be DIRECTORY/ID, such as LAB/goran (found "${user}")`);
  }
  return { userDirectory, userId };
}

function dialectFrom(values: OptionValues): Dialect {
  const name = textOption(values, 'dialect') ?? 'butler-6';
  const dialect = dialects.find((one) => one === name);
  if (!dialect) throw new UsageError(`unknown dialect "${name}"; use ${eitherOf(dialects)}`);
  return dialect;
}

async function sendDatagrams(
  datagram: Uint8Array,
  target: { host: string; port: number },
  count: number,
  rate: number,
): Promise<void> {
  // Every appliance accepts IPv4; one that listens on an IPv4 address accepts nothing else.
  const { address, family } = await lookup(target.host, { verbatim: false });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const send = () =>
    new Promise<void>((resolve, reject) => {
      socket.send(datagram, target.port, address, (error) => (error ? reject(error) : resolve()));
    });
  try {
    const startedAt = performance.now();
    for (let sent = 0; sent < count; sent += 1) {
      const aheadMs = rate === 0 ? 0 : (sent / rate) * 1000 - (performance.now() - startedAt);
      if (aheadMs > 1000 / sleepsPerSecond || (aheadMs > 0 && rate <= sleepsPerSecond)) {
        await pause(aheadMs);
      }
      await send();
    }
  } finally {
    socket.close();
  }
}
