import { z } from 'zod';
import {
  field,
  flag,
  listenHost,
  listOf,
  port,
  type Settings,
  section,
  text,
} from '../config/fields.ts';
import { everyOrigin, normalOrigin } from '../platform/origin.ts';

const origin = field(
  z.string().refine((text) => text === everyOrigin || normalOrigin(text) !== undefined),
  'where a page comes from, such as https://dashboard.example.com or http://10.0.0.9:3000, without a path; or "*" for every page',
);

/** `Butler.webConfig`. */
export const webConfig = section({
  enable: flag(true).describe('Serve the web page.'),
  host: listenHost().describe('The address on which the page listens.'),
  port: port(8080).describe('The port of the page. On the card image it is 80.'),
  hostNames: listOf(
    text('', 'a host name'),
    'other names under which the page is reached',
  ).describe(
    'Further host names of the page, such as that of a reverse proxy. Requests with other names are refused.',
  ),
  allowedOrigins: field(z.array(origin), 'a list of origins')
    .default([])
    .describe('Other web pages that may use MQTT over WebSocket.'),
}).describe('The web page.');
export type WebSettings = Settings<typeof webConfig>;
