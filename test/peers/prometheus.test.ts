// Our metrics, dashboard and alert rules with Debian's Prometheus.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { startPrometheus } from './prometheus.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rulesFile = file('../../src/monitoring/prometheus-alerts.yaml');
const dashboardFile = file('../../src/monitoring/grafana-dashboard.json');

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

/** Every part that has metrics; neither broker is there, and Slack has no token. */
const everything = [
  'slackConfig.enable=true',
  'mqttConfig.brokerHost=127.0.0.1',
  'mqttConfig.brokerPort=1',
  'satelliteConfig.brokerHost=127.0.0.1',
  'satelliteConfig.brokerPort=1',
];

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly datasource: { uid: string } }[];
}
const dashboard = JSON.parse(readFileSync(dashboardFile, 'utf8')) as { panels: Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

function promtool(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('Prometheus', () => {
  test('our alert rules are valid, and fire when they should', () => {
    const check = promtool(['check', 'rules', rulesFile]);
    assert.equal(check.status, 0, check.output);
    const cases = ['prometheus-alerts.test.yaml', 'prometheus-quiet-days.test.yaml'].map(file);
    const fires = promtool(['test', 'rules', ...cases]);
    assert.equal(fires.status, 0, fires.output);
  });

  test('scrapes an appliance; every query of dashboard and rules finds what it names', async (context) => {
    const { app, send, get, subscribe, lampTestOver } = await startTestApp(context, everything);
    await lampTestOver();
    const prometheus = await startPrometheus(context, { target: app.ports.web, rules: rulesFile });
    await waitFor(
      'the first scrape',
      async () => (await prometheus.query('blinky_build_info')).length === 1,
      30_000,
    );
    await subscribe('blinky/event');
    await send(open);
    await send('nonsense');
    const accepted = 'blinky_events_total{kind="connection-open"}';
    const rejected = 'blinky_datagrams_rejected_total{reason="unknown-command"}';
    for (const counter of [accepted, rejected]) {
      await waitFor(counter, async () => (await prometheus.query(`${counter} == 1`)).length === 1);
    }
    const [info] = await prometheus.query('blinky_build_info');
    const { version, node, arch, job } = info?.metric ?? {};
    assert.deepEqual(
      [version, node, arch, job, info?.value[1]],
      ['0.0.0-test', process.versions.node, process.arch, 'blinky', '1'],
    );

    const text = await (await get('/metrics')).text();
    assert.deepEqual(promtool(['check', 'metrics'], text), { status: 0, output: '' });

    for (const { title, expr } of queries) {
      const query = expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*');
      assert.doesNotMatch(query, /\$/, title);
      const series = await waitFor(`${title}: ${query}`, async () => prometheus.query(query));
      assert.ok(series.length > 0, `${title}: nothing found by ${query}`);
    }

    const named = (queryText: string) => queryText.match(/\b(?:blinky|process)_\w+/g) ?? [];
    const rules = readFileSync(rulesFile, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n');
    const names = new Set([...queries.flatMap(({ expr }) => named(expr)), ...named(rules)]);
    assert.ok(names.size > 25, [...names].join());
    const missing = [...names].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(text));
    assert.deepEqual(missing, []);

    // Slack has no token, and neither broker answers.
    await waitFor('the alerts', async () => {
      const alerts = await prometheus.alerts();
      const parts = alerts
        .filter(({ labels }) => labels['alertname'] === 'BlinkyPartFault')
        .map(({ labels, state }) => `${labels['part']} ${state}`);
      return ['slack', 'satellite', 'upstream'].every((part) => parts.includes(`${part} pending`));
    });
  });
});
