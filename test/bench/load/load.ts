import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledProgram } from '../compile.ts';
import type { Program, Programs } from '../programs.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Where datagrams go, and what those who are there pass on. */
export interface Destination {
  readonly port: number;
  /** The field that carries when it was sent (default `message`): Butler passes on only some. */
  readonly stampedField?: 'message' | 'directory';
}

export interface Sending extends Destination {
  readonly count: number;
  /** Datagrams a second; 0 for back to back. */
  readonly rate: number;
  /** Length of one datagram. */
  readonly bytes: number;
  /**
   * 0: all four kinds of event in turn. N: session events, every Nth opens or closes a connection.
   */
  readonly markEvery?: number;
}

export interface Sent {
  readonly sent: number;
  /** How long it took; longer than `count / rate` when the sender could not keep up. */
  readonly seconds: number;
  /** When the marked events were sent, ns of the monotonic clock. */
  readonly marks: readonly number[];
}

/** What arrived. Times are ns of the monotonic clock, 0 when nothing arrived. */
export interface Arrived {
  /** Messages at the receiver that got the fewest. */
  readonly least: number;
  readonly total: number;
  readonly firstNs: number;
  readonly lastNs: number;
  /** Receivers that were cut off. */
  readonly closed: number;
}

/** How late messages came, µs. */
export interface Lateness {
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** One or many receivers of what is sent. */
export interface Receivers {
  reset(): Promise<void>;
  count(): Promise<Arrived>;
  report(): Promise<Arrived & Lateness>;
  stop(): Promise<void>;
}

export interface Published {
  readonly published: number;
  readonly deliveries: number;
  readonly lost: number;
  readonly seconds: number;
}

export interface MqttClients extends Receivers {
  /** Resolves when all are connected and subscribed, with the seconds that took. */
  readonly ready: Promise<{ readonly clients: number; readonly seconds: number }>;
  /** Publishes as fast as the subscribers take it, at most `window` messages ahead of them. */
  publish(options: {
    readonly qos: 0 | 1;
    readonly seconds: number;
    readonly window: number;
    readonly bytes: number;
  }): Promise<Published>;
}

export interface ClientOptions {
  readonly port: number;
  readonly clients: number;
  /** Undefined: they subscribe to nothing. */
  readonly topic?: string;
  readonly qos?: 0 | 1;
  /** How many connect at the same time. */
  readonly atOnce?: number;
}

/** The load and those who receive it, in processes of their own. */
export class Load {
  /** `C`, or `Node` where there is no C compiler; then the load may be what limits a measurement. */
  readonly language: 'C' | 'Node';
  readonly #programs: Programs;

  constructor(programs: Programs, language: 'C' | 'Node') {
    this.#programs = programs;
    this.language = language;
  }

  /** Sends datagrams to this machine; resolves when all are sent. */
  async send(sending: Sending): Promise<Sent> {
    const program = this.#startSending(sending);
    return JSON.parse(await program.printed(/^\{/));
  }

  /** Sends until it is stopped, at most for an hour. */
  keepSending(sending: Omit<Sending, 'count'>): Pick<Program, 'stop'> {
    return this.#startSending({ ...sending, count: sending.rate * 3600 });
  }

  #startSending({ port, count, rate, bytes, markEvery = 0, stampedField = 'message' }: Sending) {
    return this.#start('send-datagrams', [port, count, rate, bytes, markEvery, stampedField]);
  }

  connect({ port, clients, topic = '-', qos = 0, atOnce = 50 }: ClientOptions): MqttClients {
    const program = this.#start('mqtt-clients', [port, clients, topic, qos, atOnce]);
    const ready = program.printed(/^\{"clients"/).then((line) => JSON.parse(line));
    // Stopping the clients before they are ready does not wait for them.
    ready.catch(() => {});
    return {
      ready,
      ...receivers(program),
      publish: async ({ qos: level, seconds, window, bytes }) =>
        JSON.parse(await program.ask(`publish ${level} ${seconds} ${window} ${bytes}`)),
    };
  }

  #start(name: string, args: readonly (string | number)[]): Program {
    const words = args.map(String);
    return this.language === 'C'
      ? this.#programs.start(compiledProgram(name), words)
      : this.#programs.start(process.execPath, [join(here, `${name}.js`), ...words]);
  }
}

/** A program that counts what it receives, and tells when asked. */
export function receivers(program: Program): Receivers {
  return {
    reset: async () => {
      await program.ask('reset');
    },
    count: async () => JSON.parse(await program.ask('count')),
    report: async () => JSON.parse(await program.ask('report')),
    stop: () => program.stop(),
  };
}
