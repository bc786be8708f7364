// Sends every datagram back: `node echo.ts`. What it does late, the machine does late.
import { createSocket } from 'node:dgram';

const socket = createSocket('udp4');
socket.on('message', (bytes, { port, address }) => socket.send(bytes, port, address));
socket.bind(0, '127.0.0.1', () => console.log(`echo on ${socket.address().port}`));
