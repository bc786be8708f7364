import type { MessagePacket } from './stored-packets.ts';

/**
 * The memory that a message takes in addition to its topic and payload, and that each client it
 * waits for takes, bytes: objects, places in maps, and keys on disk that are remembered. Measured.
 */
export const messageBytes = 600;
export const entryBytes = 200;

/** The memory that a message takes, counted once, bytes. */
export function bytesOfMessage(packet: MessagePacket): number {
  return messageBytes + bytesOfContent(packet);
}

/** Topic and payload, bytes. */
export function bytesOfContent({ topic, payload }: MessagePacket): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
