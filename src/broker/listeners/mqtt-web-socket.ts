import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import { WebSocketStream } from './web-socket-stream.ts';

export interface MqttWebSocketOptions {
  /** Serves MQTT on a stream of bytes. */
  readonly serve: (stream: Duplex, remoteAddress: string | undefined) => void;
  /** The largest accepted message, bytes. */
  readonly packetBytes: number;
  readonly clock: Clock;
}

/** MQTT over WebSocket (MQTT 3.1.1, section 6) on connections that a web server accepted. */
export interface MqttWebSocket {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Per message. */
const mostFragments = 256;

/**
 * How many reads from the network one message may take; 256 KiB in the smallest packets take 500.
 */
const mostChunks = 4096;

/**
 * The names of MQTT that clients offer: the standard's (MQTT 3.1.1 and 5), that of MQTT 3.1, and
 * others in use. The CONNECT packet says which version a client speaks. The first one offered is
 * accepted.
 */
const subprotocols: ReadonlySet<string> = new Set(['mqtt', 'mqttv3.1', 'mqttv3.1.1', 'mqttv5']);

export function createMqttWebSocket({
  serve,
  packetBytes,
  clock,
}: MqttWebSocketOptions): MqttWebSocket {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: packetBytes,
    // One message per turn of the event loop, not all the tiny ones that a 64 KB read brought.
    allowSynchronousEvents: false,
    // No MQTT client fragments its messages; all fragments of one would be handled in the same
    // turn.
    maxFragments: mostFragments,
    maxBufferedChunks: mostChunks,
    perMessageDeflate: false,
    handleProtocols: (offered) => {
      for (const protocol of offered) if (subprotocols.has(protocol)) return protocol;
      return false;
    },
  });
  return {
    handleUpgrade: (request, socket, head) => {
      server.handleUpgrade(request, socket, head, (client) =>
        serve(new WebSocketStream(client, clock), request.socket.remoteAddress),
      );
    },
  };
}
