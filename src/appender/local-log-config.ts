import { eventKinds, kinds, type ProxyLog, proxyLogs } from '../events/kinds.ts';

/** Whose prefix the datagrams have. */
export const appenderVariants = ['butler', 'butler-sos'] as const;
export type AppenderVariant = (typeof appenderVariants)[number];

export interface AppenderOptions {
  /** Where the Sense server sends its events: an address of the appliance. */
  readonly address: string;
  readonly port: number;
  readonly variant: AppenderVariant;
}

/** The fields of a datagram, as conversion patterns of log4net (PatternLayout). */
const fields = [
  '%hostname',
  '%property{Command}',
  '%property{UserDirectory}',
  '%property{UserId}',
  '%property{Origin}',
  '%property{Context}',
  '%message',
] as const;

/** The log rows to send, by words they contain; the proxy writes many others. */
const appenders = proxyLogs.map((log) => ({
  name: `Event${log.charAt(0).toUpperCase()}${log.slice(1)}`,
  log,
  rows: eventKinds.filter((kind) => kinds[kind].log === log).map((kind) => kinds[kind].row),
}));

/** Returns log4net's pattern for the layout of a datagram. */
export function conversionPattern(variant: AppenderVariant, log: ProxyLog): string {
  const prefix = `/${variant === 'butler-sos' ? 'qseow-' : ''}proxy-${log}/`;
  return [prefix, ...fields].join(';');
}

/**
 * Returns `LocalLogConfig.xml`, which makes a Sense proxy send its user events to the appliance.
 * It goes to `C:\ProgramData\Qlik\Sense\Proxy\` on every server with a proxy service.
 */
export function localLogConfig({ address, port, variant }: AppenderOptions): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<configuration>
${appenders
  .map(
    ({ name, log, rows }) => `  <appender name="${name}" type="log4net.Appender.UdpAppender">
${rows
  .map(
    (row) => `    <filter type="log4net.Filter.StringMatchFilter">
      <param name="stringToMatch" value="${escapeXml(row)}" />
    </filter>
`,
  )
  .join('')}    <filter type="log4net.Filter.DenyAllFilter" />
    <param name="remoteAddress" value="${escapeXml(address)}" />
    <param name="remotePort" value="${port}" />
    <param name="encoding" value="utf-8" />
    <layout type="log4net.Layout.PatternLayout">
      <converter>
        <param name="name" value="hostname" />
        <param name="type" value="Qlik.Sense.Logging.log4net.Layout.Pattern.HostNamePatternConverter" />
      </converter>
      <param name="conversionpattern" value="${escapeXml(conversionPattern(variant, log))}" />
    </layout>
  </appender>
`,
  )
  .join('')}  <logger name="AuditActivity.Proxy">
${appenders.map(({ name }) => `    <appender-ref ref="${name}" />\n`).join('')}  </logger>
</configuration>
`;
}

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => xmlEntities[character] ?? '');
}
