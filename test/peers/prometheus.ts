import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

export interface PrometheusOptions {
  /** The port of the appliance's page. */
  readonly target: number | undefined;
  /** A file of alert rules. */
  readonly rules: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time, and the value as text. */
  readonly value: readonly [number, string];
}

export interface Prometheus {
  /** What a query finds now. Throws what Prometheus says is wrong with it. */
  query(expression: string): Promise<readonly Series[]>;
  alerts(): Promise<
    readonly { readonly labels: Readonly<Record<string, string>>; readonly state: string }[]
  >;
}

/** Debian's Prometheus, which asks the appliance once a second; it ends with the test. */
export async function startPrometheus(
  context: TestContext,
  { target, rules }: PrometheusOptions,
): Promise<Prometheus> {
  const folder = temporaryFolder(context);
  const configFile = join(folder, 'prometheus.yml');
  // JSON is YAML.
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      { job_name: 'blinky', static_configs: [{ targets: [`127.0.0.1:${target}`] }] },
    ],
  };
  writeFileSync(configFile, JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  context.after(async () => {
    if (child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
  });

  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  };
  await waitFor(
    'Prometheus',
    async () => {
      if (child.exitCode !== null) throw new Error(`it ended; it printed:\n${output}`);
      return fetch(`http://127.0.0.1:${port}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    30_000,
  );
  return {
    query: async (expression) =>
      ((await ask(`query?query=${encodeURIComponent(expression)}`)) as { result: Series[] }).result,
    alerts: async () =>
      ((await ask('alerts')) as { alerts: Awaited<ReturnType<Prometheus['alerts']>> }).alerts,
  };
}
