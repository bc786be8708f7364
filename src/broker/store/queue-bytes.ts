import type { MessagePacket } from './stored-packets.ts';

/**
 * What a message takes in memory besides its topic and payload, and what it takes that it waits for
 * one client, bytes: objects, places in maps, and keys on disk that are remembered. Measured.
 */
export const messageBytes = 600;
export const entryBytes = 200;

/** What a message takes in memory, once, bytes. */
export function bytesOfMessage(packet: MessagePacket): number {
  return messageBytes + bytesOfContent(packet);
}

/** Topic and payload, bytes. */
export function bytesOfContent({ topic, payload }: MessagePacket): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload);
}
