import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMqttSocket } from '../../support/mqtt-socket.ts';
import { startTestApp } from '../../support/test-app.ts';
import { waitFor } from '../../support/wait-for.ts';

const open = '/proxy-connection/;sense1;Open connection;LAB;goran;AppAccess;/hub/;';

test('messages dropped because the queue of an offline client is full are counted', async (context) => {
  const { app, send } = await startTestApp(context, [
    'brokerConfig.limits.queuedPerClient=3',
    'webConfig.enable=true',
  ]);
  const lamp = await openMqttSocket(context, app.ports.mqtt, {
    connect: { clientId: 'lamp', clean: false },
  });
  const topic = 'qliksense/userevent';
  lamp.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });
  await lamp.received('suback');
  lamp.send({ cmd: 'disconnect' });
  await lamp.closed();
  for (let index = 0; index < 10; index += 1) await send(`${open}${index}`);
  const metrics = async () => (await fetch(`http://127.0.0.1:${app.ports.web}/metrics`)).text();
  await waitFor('the dropped messages', async () =>
    (await metrics()).includes('\nblinky_mqtt_messages_dropped_total 7\n'),
  );
  assert.match(await metrics(), /^blinky_mqtt_queued_messages 3$/m);
});
