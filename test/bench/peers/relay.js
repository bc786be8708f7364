// What users have today: a Node process that takes the datagrams and publishes them on a broker
// elsewhere, in Butler's words (`sense1: LAB/goran`) and in Butler SOS's (JSON).
import { createSocket } from 'node:dgram';
import mqtt from 'mqtt';

const [udpPort, mqttPort] = process.argv.slice(2).map(Number);
const topics = new Map([
  ['start session', 'qliksense/session/start'],
  ['stop session', 'qliksense/session/stop'],
  ['open connection', 'qliksense/connection/open'],
  ['close connection', 'qliksense/connection/close'],
]);

const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 10 });
client.on('error', () => {});

const socket = createSocket('udp4');
socket.on('message', (bytes) => {
  const fields = bytes.toString().split(';');
  const [prefix, host, command, userDir, userId, origin, context] = fields;
  const topic = topics.get(command?.trim().toLowerCase());
  if (!topic || !host || !userId) return;
  client.publish(topic, `${host}: ${userDir}/${userId}`);
  client.publish(
    'qliksense/userevent',
    JSON.stringify({
      messageType: prefix.replaceAll('/', ''),
      host,
      command,
      userDir,
      userId,
      origin,
      context,
      message: fields.slice(7).join(';'),
      tags: {},
    }),
  );
});
const bound = new Promise((resolve) => socket.bind(udpPort, '127.0.0.1', () => resolve()));
const connected = new Promise((resolve) => client.once('connect', () => resolve()));
await Promise.all([bound, connected]);
console.log('ready');
