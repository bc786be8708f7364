import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Health, type PartStatus } from '../../src/health/health.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { RetryPauses } from '../../src/platform/retry-pauses.ts';
import type { CredentialSources } from '../../src/slack/credentials.ts';
import type { Pace } from '../../src/slack/pace.ts';
import { type SlackLimits, SlackSink, slackLimits } from '../../src/slack/slack-sink.ts';
import { State } from '../../src/storage/state.ts';
import type { FakeSlack } from './fake-slack.ts';
import { recordingLog } from './recording-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface SlackSinkSetup {
  readonly apiUrl?: string;
  readonly channel?: string;
  readonly stateDirectory?: string;
  readonly token?: CredentialSources;
  readonly proxy?: string;
  readonly caFile?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly excludeUser?: readonly { directory: string; userId: string }[];
  readonly pace?: Partial<Pace>;
  readonly limits?: Partial<SlackLimits>;
}

/** A twentieth of what Slack is owed, for a stand-in with `intervalMs: 50`. */
export const quickPace: Pace = {
  gapMs: 55,
  firstProbeMs: 1500,
  longestProbeMs: 15_000,
  credentialsLookMs: 50,
  patienceMs: 180_000,
};

/** Starts the real sink with the real library and a real database; it ends with the test. */
export async function startSlackSink(
  context: TestContext,
  slack: FakeSlack,
  setup: SlackSinkSetup = {},
) {
  const { log, lines } = recordingLog('silly');
  const health = new Health(systemClock, log);
  const quickRetry = () => new RetryPauses(50, 200, Math.random);
  const state = new State({
    directory: setup.stateDirectory ?? join(temporaryFolder(context), 'state'),
    clock: systemClock,
    health: health.part('state'),
    retry: quickRetry(),
  });
  await state.open();
  const sink = new SlackSink({
    config: {
      loginNotificationChannel: setup.channel ?? 'activity',
      apiUrl: setup.apiUrl ?? slack.apiUrl,
      excludeUser: [...(setup.excludeUser ?? [])],
      proxy: setup.proxy ?? '',
      caFile: setup.caFile ?? '',
    },
    ...(setup.environment && { environment: setup.environment }),
    token: setup.token ?? { tokenFile: '', environmentToken: slack.token },
    state,
    clock: systemClock,
    random: Math.random,
    log,
    health: health.part('slack'),
    outboxHealth: health.part('slack outbox'),
    pace: { ...quickPace, ...setup.pace },
    limits: { ...slackLimits, firstRetryMs: 50, longestRetryMs: 500, ...setup.limits },
  });
  const stop = async () => {
    await sink.stop(AbortSignal.timeout(5000));
    await state.close();
  };
  context.after(stop);
  await sink.start();
  const status = (part = 'slack'): PartStatus => health.part(part).status;
  return { sink, state, lines, status, stop };
}
