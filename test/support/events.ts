import { type EventKind, kinds } from '../../src/events/kinds.ts';
import type { UserEvent } from '../../src/events/user-event.ts';
import { type SlackEvent, slackEventOf } from '../../src/slack/slack-event.ts';

/** An event as the parser would make it; what matters to a test is passed in. */
export function userEvent(overrides: Partial<UserEvent> & { kind?: EventKind } = {}): UserEvent {
  const kind = overrides.kind ?? 'connection-open';
  return {
    id: '01JDC0000000000000000000A1',
    receivedAt: '2026-11-23T12:00:00.000Z',
    command: kinds[kind].command,
    host: 'sense1',
    userDirectory: 'LAB',
    userId: 'goran',
    origin: 'AppAccess',
    context: '/hub/',
    message: '',
    dialect: 'butler-6',
    source: '127.0.0.1',
    ...overrides,
    kind,
  };
}

/** What Slack is told of such an event. */
export function slackEvent(overrides: Parameters<typeof userEvent>[0] = {}): SlackEvent {
  return slackEventOf(userEvent(overrides), Date.parse);
}
