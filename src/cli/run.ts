import { readBoard } from '../../hardware/board.ts';
import type { App, AppOptions } from '../appliance/app-interface.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { secretTexts } from '../config/secrets.ts';
import { timeIsSet } from '../health/clock-watch.ts';
import { connectServiceManager, type ServiceManager } from '../health/service-manager.ts';
import { reachableAddresses } from '../platform/addresses.ts';
import { stackOf } from '../platform/bug-log.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log, type LogStyle } from '../platform/log.ts';
import { slackCredentialSources } from '../slack/credentials.ts';
import { stateDirectory } from '../storage/state.ts';
import { announce } from './announcement.ts';
import { type Command, refuseExtraArguments } from './command.ts';
import { configOptions, configOrDefaults, faultAtBoot } from './config-options.ts';
import { type Environment, exitStatus, wantsColours } from './environment.ts';
import { createPinOpeners } from './pin-openers.ts';
import { requestPowerOff } from './power-off.ts';
import { StatusLine } from './status-line.ts';
import { welcome } from './welcome.ts';

/** How long the parts may take to finish their work at a stop, ms. */
const stopWithinMs = 5000;

export const runCommand: Command = {
  name: 'run',
  summary: 'Run Blinky (default).',
  usage: '[options]',
  options: configOptions,
  notes: [
    'The configuration is read at the start; restart Blinky after a change (on a Pi: sudo systemctl',
    'restart blinky). SIGINT (Ctrl+C), SIGTERM and SIGHUP stop it; a second signal stops it immediately.',
    '',
    'To see what happens to each event, use --set Butler.logLevel=debug. The level silly also shows all',
    'data in and out, including user names.',
  ],
  examples: [
    'blinky run',
    'blinky run --config blinky.yaml --set Butler.webConfig.port=8081',
    'blinky run --set Butler.logLevel=debug',
  ],
  run: async ({ positionals, values, environment }) => {
    refuseExtraArguments(positionals, 0);
    const loaded = await configOrDefaults(values, environment);
    const configFault = loaded.fault ?? faultAtBoot(environment);
    return runAppliance(loaded, environment, configFault && { configFault });
  },
};

/**
 * Runs the appliance until it is stopped; resolves with the exit status.
 * @param replaced options that a test replaces
 */
export async function runAppliance(
  { config, file, warnings, unusedButlerKeys }: LoadedConfig,
  environment: Environment,
  replaced: Partial<AppOptions> = {},
): Promise<number> {
  const { stdout, variables, version } = environment;
  const colours = wantsColours(stdout, variables);
  const statusLine = stdout.isTerminal ? new StatusLine(stdout, colours) : undefined;
  const log = createLog({
    level: config.logLevel,
    style: logStyle(environment, colours),
    now: systemClock.now,
    secrets: secretTexts(config),
    writeLine: (line) => {
      if (statusLine) statusLine.writeLine(line);
      else stdout.write(`${line}\n`);
    },
  });
  logConfiguration(log, file, warnings, unusedButlerKeys);

  // Loaded only here, so that the other commands start faster.
  const { createApp } = await import('../appliance/appliance.ts');
  const app = createApp({
    config,
    version,
    stateDirectory: stateDirectory(config.stateDirectory, variables['STATE_DIRECTORY']),
    slackToken: slackCredentialSources(config.slackConfig, variables),
    environment: variables,
    credentialsDirectory: variables['CREDENTIALS_DIRECTORY'],
    ...createPinOpeners({
      lightConfig: config.lightConfig,
      log: { lights: log.for('lights'), button: log.for('button') },
      onSimulated: (colour, lit) => {
        if (!statusLine) log.info(`${colour} light ${lit ? 'on' : 'off'}`);
      },
    }),
    ...(readBoard().isRaspberryPi && { addresses: reachableAddresses, timeIsSet }),
    powerOff: () => requestPowerOff(variables['RUNTIME_DIRECTORY']),
    clock: systemClock,
    random: Math.random,
    log,
    extraSinks: statusLine ? [statusLine] : [],
    onLight: (colour, lit) => statusLine?.showLight(colour, lit),
    ...replaced,
  });
  environment.onCrash((error) => {
    app.crashed();
    log.error(`stopping because of a bug: ${stackOf(error)}`);
  });

  const serviceManager = await connectServiceManager({
    environment: variables,
    processId: environment.processId,
    log: log.for('systemd'),
  });
  const stopped = stopOnSignal(app, log, environment, serviceManager);
  await app.start();
  announceOnNetwork(app, config, variables['RUNTIME_DIRECTORY'], log);
  serviceManager.ready();
  feedWatchdog(app, serviceManager, log);
  const command = testCommand(app, environment.commandName);
  if (statusLine) statusLine.writeLine(welcome(app, config, command, version, colours));
  else log.info(`ready; to send a test event: ${command}`);
  return stopped;
}

/** Announces the ports that are open, or will be once the program that uses them has stopped. */
function announceOnNetwork(
  app: App,
  { webConfig, brokerConfig }: Config,
  runtimeDirectory: string | undefined,
  log: Log,
): void {
  try {
    announce(runtimeDirectory, {
      web: webConfig.enable ? (app.ports.web ?? webConfig.port) : undefined,
      mqtt: app.ports.mqtt ?? brokerConfig.port,
    });
  } catch (error) {
    log.warn(`could not announce Blinky on the network: ${String(error)}`);
  }
}

/** Returns the command that sends a test event to this appliance. */
function testCommand(app: App, commandName: string): string {
  const { udp } = app.ports;
  const to = udp === undefined || udp === 9997 ? '' : ` --to 127.0.0.1:${udp}`;
  return `${commandName} send open --user LAB/goran --host sense1${to}`;
}

/** Under systemd, the journal adds times and reads priorities. */
function logStyle({ variables, stdout }: Environment, colours: boolean): LogStyle {
  if (colours) return 'terminal';
  return variables['JOURNAL_STREAM'] && !stdout.isTerminal ? 'journal' : 'plain';
}

function logConfiguration(
  log: Log,
  file: string | undefined,
  warnings: readonly string[],
  unusedButlerKeys: readonly string[],
): void {
  log.info(file ? `configuration: ${file}` : 'no configuration file, using defaults');
  for (const warning of warnings) log.warn(warning);
  if (unusedButlerKeys.length > 0) {
    log.info(`settings of Butler that Blinky doesn't use: ${unusedButlerKeys.join(', ')}`);
  }
}

/** Resolves with the exit status when the appliance has stopped. A second signal stops it immediately. */
function stopOnSignal(
  app: App,
  log: Log,
  environment: Environment,
  serviceManager: ServiceManager,
): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0;
    environment.onSignal((signal) => {
      signals += 1;
      if (signals > 1) {
        app.lights.goDark();
        resolve(exitStatus.fault);
        return;
      }
      log.info(`stopping (${signal})`);
      serviceManager.stopping();
      // Not AbortSignal.timeout, whose timer does not keep the process alive while a part hangs.
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), stopWithinMs);
      void app.stop(deadline.signal).then(() => {
        clearTimeout(timer);
        log.info('stopped');
        resolve(exitStatus.fine);
      });
    });
  });
}

/** Notifies the watchdog twice per interval, but only while datagrams really arrive. */
function feedWatchdog(app: App, { watchdogMs, alive }: ServiceManager, log: Log): void {
  if (watchdogMs === undefined) return;
  alive();
  setInterval(async () => {
    if (await app.eventsFlow()) alive();
    else log.error('the UDP socket no longer receives datagrams: systemd will restart Blinky');
  }, watchdogMs / 2).unref();
}
