import type { TestContext } from 'node:test';
import { Health } from '../../src/health/health.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { RetryPauses } from '../../src/platform/retry-pauses.ts';
import type { WebAccess } from '../../src/web/visitor.ts';
import { WebSink, type WebSinkOptions } from '../../src/web/web-sink.ts';
import { recordingLog } from './recording-log.ts';

export interface TestWebSink {
  readonly sink: WebSink;
  /** The kinds of the test events that were sent. */
  readonly testEvents: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** The web server alone, on a free port of the loopback; what a test does not say is harmless. */
export async function startTestWebSink(
  context: TestContext,
  options: Partial<WebSinkOptions> = {},
): Promise<TestWebSink> {
  const { log } = recordingLog();
  const testEvents: string[] = [];
  const sink = new WebSink({
    host: '127.0.0.1',
    port: 0,
    machineName: 'blinky',
    hostNames: [],
    allowedOrigins: [],
    access: {
      anonymous: 'subscribe',
      personalData: 'anyone',
      hasUsers: false,
      signIn: signInOf([]),
    },
    state: {
      status: () => ({}),
      faults: () => [],
      metrics: async () => ({ text: '', contentType: 'text/plain' }),
    },
    setup: { eventPort: () => 9997, eventAddress: () => '0.0.0.0', lastRejected: () => undefined },
    faultCodes: [],
    partLabels: [],
    sendTestEvent: async (kind) => void testEvents.push(kind),
    historyStore: { entries: async () => [], write: async () => {} },
    clock: systemClock,
    log,
    health: new Health(systemClock, log).part('web'),
    retry: new RetryPauses(10, 20, Math.random),
    ...options,
  });
  context.after(() => sink.stop());
  await sink.start();
  return {
    sink,
    testEvents,
    fetch: (path, init) => fetch(`http://127.0.0.1:${sink.port}${path}`, init),
  };
}

/** Lets users with these names and passwords sign in. */
export const signInOf =
  (users: readonly (readonly [name: string, password: string])[]): WebAccess['signIn'] =>
  async (_address, name, password) =>
    users.some(([user, right]) => user === name && right === password)
      ? { name, passwordHash: '' }
      : 'wrong';

/** The header that signs a request. */
export const signedBy = (name: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
