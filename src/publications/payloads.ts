import { byKind, kinds } from '../events/kinds.ts';
import { type UserEvent, userName } from '../events/user-event.ts';

/** `sense1: LAB/goran`, as Butler up to version 6 publishes an event. */
export function butlerText(event: UserEvent): string {
  return `${event.host}: ${userName(event)}`;
}

const messageTypeOf = byKind((kind) => `qseow-proxy-${kinds[kind].log}`);

/** The event as Butler SOS publishes it (src/lib/post-to-mqtt.js of Butler SOS 15). */
export function butlerSosJson(event: UserEvent): string {
  // What is undefined has no key in JSON.
  return JSON.stringify({
    messageType: messageTypeOf[event.kind],
    host: event.host,
    command: event.command,
    userDir: event.userDirectory,
    userId: event.userId,
    origin: event.origin,
    context: event.context,
    message: event.message,
    appId: event.appId,
    uaBrowserName: event.browser?.name,
    uaBrowserMajorVersion: event.browser?.majorVersion,
    uaOsName: event.os?.name,
    uaOsVersion: event.os?.version,
    tags: {},
  });
}
