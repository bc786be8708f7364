// What Grafana asks of a dashboard that is imported; test/peers asks Prometheus about its queries.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { colours } from '../../../hardware/lamp.ts';
import { eventKinds } from '../../../src/events/kinds.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: {
    readonly overrides: readonly { readonly matcher: { readonly options: string } }[];
  };
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

const text = readFileSync(
  new URL('../../../src/monitoring/grafana-dashboard.json', import.meta.url),
  'utf8',
);
const dashboard = JSON.parse(text) as {
  uid: string;
  title: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: unknown }[] };
};

describe('the Grafana dashboard', () => {
  test('has an identity, and takes its data source from a variable', () => {
    assert.equal(dashboard.uid, 'blinky-light');
    const [source, instance] = dashboard.templating.list;
    assert.deepEqual(
      [source?.name, source?.type, source?.query, instance?.name],
      ['datasource', 'datasource', 'prometheus', 'instance'],
    );
    for (const { title, type, datasource, targets = [] } of dashboard.panels) {
      if (type === 'row') continue;
      const uids = [datasource?.uid, ...targets.map((target) => target.datasource.uid)];
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
      assert.deepEqual([...new Set(uids)], ['${datasource}'], title);
      assert.ok(targets.length > 0, title);
      assert.ok(
        targets.every(({ expr }) => expr.includes('instance=~"$instance"')),
        title,
      );
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    }
  });

  test('its panels have ids of their own and lie beside each other', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(cells.every((cell) => Number(cell.split(',')[0]) < 24));
  });

  for (const [title, names] of [
    ['Events by kind', eventKinds],
    ['Lights', colours],
  ] as const) {
    test(`${title}: each has a colour of its own`, () => {
      const panel = dashboard.panels.find((one) => one.title === title);
      const coloured = panel?.fieldConfig?.overrides.map(({ matcher }) => matcher.options);
      assert.deepEqual(new Set(coloured), new Set<string>(names));
    });
  }

  for (const title of [
    'Events by kind',
    'Rejected datagrams by reason',
    'Lights',
    'MQTT clients',
    'MQTT queues',
    'Slack outbox',
    'Limits reached',
    'Event loop delay',
    'Memory',
  ]) {
    test(`shows: ${title}`, () => {
      assert.ok(dashboard.panels.some((panel) => panel.title === title));
    });
  }
});
