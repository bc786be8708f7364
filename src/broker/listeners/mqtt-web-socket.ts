import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import { WebSocketStream } from './web-socket-stream.ts';

export interface MqttWebSocketOptions {
  /** Serves MQTT on a stream of bytes. */
  readonly serve: (stream: Duplex, remoteAddress: string | undefined) => void;
  /** The largest message taken, bytes. */
  readonly packetBytes: number;
  readonly clock: Clock;
}

/** MQTT over WebSocket (MQTT 3.1.1, section 6) on connections that a web server accepted. */
export interface MqttWebSocket {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Of one message. */
const mostFragments = 256;

/** Reads from the network that one message may take; 256 KiB in the smallest packets take 500. */
const mostChunks = 4096;

/**
 * What clients call MQTT: the standard's name (MQTT 3.1.1 and 5), the one of MQTT 3.1, and others in
 * use. Which version a client speaks, its CONNECT packet says. The first one that is offered is taken.
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
    // One message in a turn of the event loop, not all the tiny ones that a read of 64 KB brought.
    allowSynchronousEvents: false,
    // No client of MQTT cuts its messages up; each piece of one would be handled in the same turn.
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
