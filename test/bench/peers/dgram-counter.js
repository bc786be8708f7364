// The least a Node program can do with a datagram: read it and count it. The limit of the
// platform. Obeys the same lines on its standard input as `mqtt-clients`.
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { Arrivals } from '../load/arrivals.js';

const [port] = process.argv.slice(2).map(Number);
const arrivals = new Arrivals();
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
socket.on('message', (bytes) => arrivals.add(bytes));
socket.bind(port, '127.0.0.1', () => console.log('ready'));

createInterface({ input: process.stdin })
  .on('line', (line) => console.log(JSON.stringify(arrivals.obey(line))))
  .on('close', () => process.exit(0));
