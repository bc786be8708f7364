import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOtherBroker } from '../support/other-broker.ts';
import { startTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait-for.ts';
import { type FlowNode, installNodeRed, startNodeRed } from './node-red.ts';

const opened = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;m';

const broker = (id: string, port: number | undefined, protocolVersion: string): FlowNode => ({
  ...{ id, type: 'mqtt-broker', broker: '127.0.0.1', port: String(port), clientid: `red-${id}` },
  ...{ usetls: false, protocolVersion, keepalive: '60', cleansession: true, autoConnect: true },
});
/** Without a place in the editor it would be taken for a configuration node. */
const place = { x: 100, y: 100 };
const hears = (id: string, at: string, topic: string, to: string): FlowNode => ({
  ...{ id, type: 'mqtt in', z: 'flow', topic, qos: '1', datatype: 'auto-detect', broker: at },
  ...{ nl: false, rap: true, rh: 0, inputs: 0, wires: [[to]], ...place },
});
const says = (id: string, at: string, topic: string): FlowNode => ({
  ...{
    id,
    type: 'mqtt out',
    z: 'flow',
    topic,
    qos: '1',
    retain: 'false',
    broker: at,
    wires: [],
    ...place,
  },
});

test('Node-RED', async (suite) => {
  const program = await installNodeRed(suite);
  for (const version of ['4', '5']) {
    await suite.test(`hears events and asks for a blink (MQTT ${version})`, async (context) => {
      const appliance = await startTestApp(context, ['brokerConfig.access.anonymous=publish']);
      await appliance.lampTestOver();
      const others = await startOtherBroker(context);
      const heard = (topic: string) => others.heard.filter((one) => one.topic === topic);
      await startNodeRed(context, program, [
        { id: 'flow', type: 'tab', label: 'Test' },
        broker('appliance', appliance.app.ports.mqtt, version),
        broker('others', others.port, '4'),
        hears('opened', 'appliance', 'qliksense/connection/open', 'told'),
        hears('status', 'appliance', 'blinky/status', 'state'),
        hears('whole', 'appliance', 'blinky/event', 'json'),
        hears('asked', 'others', 'ask', 'blink'),
        says('told', 'others', 'told'),
        says('state', 'others', 'state'),
        says('json', 'others', 'json'),
        says('blink', 'appliance', 'blinky/blink'),
      ]);
      await waitFor('the status', () => heard('state').at(-1)?.payload === 'online', 60_000);
      await appliance.send(opened);
      await waitFor('the text', () => heard('told').at(-1)?.payload === 'sense1: LAB/goran');
      await waitFor('the event', () => heard('json').length > 0);
      assert.equal(JSON.parse(heard('json')[0]?.payload ?? '').userId, 'goran');
      await waitFor('the blink', async () => {
        await others.publish({ topic: 'ask', payload: 'red' });
        return appliance.blinks('red') > 0;
      });
    });
  }
});
