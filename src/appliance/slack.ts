import type { Health } from '../health/health.ts';
import { SlackSink } from '../slack/slack-sink.ts';
import type { State } from '../storage/state.ts';
import type { AppOptions } from './app-interface.ts';

/** The way to Slack; undefined where it is not wanted. */
export function createSlack(
  { config, slackToken, environment = {}, clock, random, log }: AppOptions,
  health: Health,
  state: State,
): SlackSink | undefined {
  if (!config.slackConfig.enable) {
    health.part('slack').off('Butler.slackConfig.enable is false');
    return undefined;
  }
  return new SlackSink({
    config: config.slackConfig,
    token: slackToken,
    environment,
    state,
    clock,
    random,
    log,
    health: health.part('slack'),
    outboxHealth: health.part('slack outbox'),
  });
}
