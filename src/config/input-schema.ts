import { z } from 'zod';
import { configSchema } from './schema.ts';
import { shapeOf } from './schema-walk.ts';

const shape = shapeOf(configSchema) ?? {};
const slack = (shape['slackConfig'] && shapeOf(shape['slackConfig'])) ?? {};
const slackField = (name: string): z.ZodType => slack[name] ?? z.unknown();

/**
 * What a file may have below `Butler:`: the settings, and those copied from Butler's own sections. It
 * only says which values are text; the schema of the settings validates them.
 */
export const inputSchema = z.object({
  ...shape,
  slackNotification: z.object({
    userSessionEvents: z.object({
      channel: slackField('loginNotificationChannel'),
      excludeUser: slackField('excludeUser'),
      webhookURL: z.string().default(''),
    }),
  }),
});
