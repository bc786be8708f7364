import { type EventKind, type UserEvent, userName } from '../events/user-event.ts';

/** `sense1: LAB/goran`, as Butler up to version 6 publishes an event. */
export function butlerText(event: UserEvent): string {
  return `${event.host}: ${userName(event)}`;
}

const messageTypeOf: Record<EventKind, string> = {
  'session-start': 'qseow-proxy-session',
  'session-stop': 'qseow-proxy-session',
  'connection-open': 'qseow-proxy-connection',
  'connection-close': 'qseow-proxy-connection',
};

/** The event as Butler SOS publishes it (src/lib/post-to-mqtt.js of Butler SOS 15). */
export function butlerSosJson(event: UserEvent): string {
  return JSON.stringify({
    messageType: messageTypeOf[event.kind],
    host: event.host,
    command: event.command,
    userDir: event.userDirectory,
    userId: event.userId,
    origin: event.origin,
    context: event.context,
    message: event.message,
    ...(event.appId !== undefined && { appId: event.appId }),
    ...(event.browser && {
      uaBrowserName: event.browser.name,
      ...(event.browser.majorVersion !== undefined && {
        uaBrowserMajorVersion: event.browser.majorVersion,
      }),
    }),
    ...(event.os && {
      uaOsName: event.os.name,
      ...(event.os.version !== undefined && { uaOsVersion: event.os.version }),
    }),
    tags: {},
  });
}
