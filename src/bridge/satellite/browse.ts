import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import dnsPacket from 'dns-packet';
import { interfaceAddresses } from '../../platform/addresses.ts';
import type { Clock } from '../../platform/clock.ts';

/** A service announced on the local network (DNS-SD, RFC 6763). */
export interface FoundService {
  /** Its display name, e.g. `Blinky Light`. */
  readonly instance: string;
  /** The machine's name, e.g. `blinky.local`. */
  readonly host: string;
  /** Its IPv4 address, if the answer had it. */
  readonly address: string | undefined;
  readonly port: number;
}

/** Time for the local network to answer, ms. */
export const browseMs = 2000;

export interface BrowseOptions {
  readonly clock: Clock;
  /** How long to wait for answers, ms. */
  readonly waitMs: number;
  /** Where to send the question; by default to everyone on the local network. */
  readonly ask?: { readonly address: string; readonly port: number };
}

/** The multicast address and port of mDNS (RFC 6762, section 3). */
const everybody = { address: '224.0.0.251', port: 5353 } as const;

const serviceType = '_mqtt._tcp.local';

/**
 * Asks once who offers MQTT (a "one-shot" query, RFC 6762, section 5.1), from a port of its own, so
 * that it doesn't disturb the mDNS responder on port 5353. Answers come straight back.
 */
export async function browse(options: BrowseOptions): Promise<FoundService[]> {
  const { clock, waitMs, ask = everybody } = options;
  const answers = new Answers();
  const socket = createSocket('udp4');
  // An interface without a route to the group is no reason to fail: another may have one.
  socket.on('error', () => {});
  const send = (questions: dnsPacket.Question[]) => {
    const bytes = dnsPacket.encode({ type: 'query', id: 0, questions });
    for (const address of ask === everybody ? localAddresses() : [undefined]) {
      sendFrom(socket, address, bytes, ask);
    }
  };
  socket.on('message', (bytes) => {
    const unexplained = answers.add(bytes);
    if (unexplained.length > 0) send(unexplained.map((name) => ({ type: 'SRV', name })));
  });
  socket.bind();
  await once(socket, 'listening');
  try {
    send([{ type: 'PTR', name: serviceType }]);
    await new Promise<void>((resolve) => clock.schedule(waitMs, resolve));
    return answers.services();
  } finally {
    socket.close();
  }
}

function sendFrom(
  socket: Socket,
  address: string | undefined,
  bytes: Uint8Array,
  to: { readonly address: string; readonly port: number },
): void {
  try {
    if (address !== undefined) socket.setMulticastInterface(address);
    socket.send(bytes, to.port, to.address, () => {});
  } catch {
    // This interface has no route to the group.
  }
}

function localAddresses(): string[] {
  return interfaceAddresses()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The answers so far. Names come from the network, so their number is limited. */
class Answers {
  readonly #instances = new Set<string>();
  readonly #servers = new Map<string, { readonly target: string; readonly port: number }>();
  readonly #addresses = new Map<string, string>();

  /** Reads one answer. Returns the services whose address has yet to be asked for. */
  add(bytes: Uint8Array): string[] {
    const unexplained = new Set<string>();
    for (const record of recordsIn(bytes).slice(0, 200)) {
      if (this.#instances.size >= 200) break;
      if (record.type === 'PTR' && record.name.toLowerCase() === serviceType) {
        if (!this.#instances.has(record.data)) unexplained.add(record.data);
        this.#instances.add(record.data);
      } else if (record.type === 'SRV') {
        this.#servers.set(record.name, { target: record.data.target, port: record.data.port });
      } else if (record.type === 'A') this.#addresses.set(record.name, record.data);
    }
    return [...unexplained].filter((name) => !this.#servers.has(name));
  }

  services(): FoundService[] {
    return [...this.#instances].flatMap((name) => {
      const server = this.#servers.get(name);
      if (!server) return [];
      return {
        instance: name.slice(0, -serviceType.length - 1),
        host: server.target,
        address: this.#addresses.get(server.target),
        port: server.port,
      };
    });
  }
}

function recordsIn(bytes: Uint8Array): readonly dnsPacket.Answer[] {
  try {
    const { type, answers = [], additionals = [] } = dnsPacket.decode(Buffer.from(bytes));
    return type === 'response' ? [...answers, ...additionals] : [];
  } catch {
    // Anyone can send anything to an open port.
    return [];
  }
}
