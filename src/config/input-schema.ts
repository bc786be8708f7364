import { z } from 'zod';
import { configSchema } from './schema.ts';
import { shapeOf } from './schema-walk.ts';

const shape = shapeOf(configSchema) ?? {};
const slack = (shape['slackConfig'] && shapeOf(shape['slackConfig'])) ?? {};
const slackField = (name: string): z.ZodType => slack[name] ?? z.unknown();

/**
 * What may be below `Butler:` in a file: the settings, and those that are taken from Butler's own
 * sections. It says which values are texts; whether they are right is for the schema of settings.
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
