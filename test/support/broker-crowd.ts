// Clients that are a burden: `node broker-crowd.ts PORT SECONDS`. One subscribes to everything and
// reads nothing, one reads 1 kB a second, 200 are idle, and one publishes as fast as it can. Prints
// `ready` when all are there, and a line of JSON with what became of them.
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';

const [port = '', seconds = ''] = process.argv.slice(2);
const idleClients = 200;

async function client(id: string, filter?: string): Promise<{ socket: Socket; closed: boolean }> {
  const socket = connect(Number(port), '127.0.0.1');
  const state = { socket, closed: false };
  socket.on('close', () => {
    state.closed = true;
  });
  socket.on('error', () => {});
  const parser = mqttPacket.parser();
  const answered = new Promise<void>((resolve) => {
    parser.on('packet', ({ cmd }) => {
      if (cmd === (filter ? 'suback' : 'connack')) resolve();
    });
  });
  socket.on('data', (bytes) => parser.parse(bytes));
  const send = (packet: mqttPacket.Packet) => socket.write(mqttPacket.generate(packet));
  send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: id,
    clean: true,
    keepalive: 0,
  });
  if (filter) {
    send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] });
  }
  await answered;
  socket.removeAllListeners('data');
  socket.pause();
  return state;
}

await client('frozen', '#');
const slow = await client('slow', '#');
const idle = [];
for (let index = 0; index < idleClients; index += 1) {
  idle.push(await client(`idle-${index}`, 'nothing/here'));
}
const flood = await client('flood');
console.log('ready');

const reading = setInterval(() => slow.socket.read(1024), 1000);
const message = mqttPacket.generate({
  cmd: 'publish',
  topic: 'flood/of/messages',
  payload: Buffer.alloc(1000, 'x'),
  qos: 0,
  retain: false,
  dup: false,
});
const batch = Buffer.concat(Array<Buffer>(32).fill(message));
const end = performance.now() + Number(seconds) * 1000;
let published = 0;
while (performance.now() < end) {
  const hasRoom = flood.socket.write(batch);
  published += 32;
  if (hasRoom) await pause(0);
  else await new Promise((resolve) => flood.socket.once('drain', resolve));
}
clearInterval(reading);
console.log(
  JSON.stringify({
    published,
    idleClosed: idle.filter(({ closed }) => closed).length,
  }),
);
