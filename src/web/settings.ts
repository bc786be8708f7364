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
  enable: flag(true),
  host: listenHost(),
  port: port(8080),
  hostNames: listOf(text('', 'a host name'), 'other names under which the page is reached'),
  allowedOrigins: field(z.array(origin), 'a list of origins').default([]),
});
export type WebSettings = Settings<typeof webConfig>;
