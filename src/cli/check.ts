import { styleText } from 'node:util';
import { type FaultName, faultCode } from '../../hardware/fault-codes.ts';
import { defaultConfig } from '../config/load.ts';
import { ConfigError, describeProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { CheckInput } from '../health/check.ts';
import { type Finding, fault, ok, warn } from '../health/finding.ts';
import { findRunningAppliance } from '../health/running-appliance.ts';
import { type Command, type CommandInput, refuseExtraArguments } from './command.ts';
import { configFrom, configOptions, faultAtBoot } from './config-options.ts';
import { type Environment, exitStatus, wantsColours } from './environment.ts';
import { manualPage } from './manual-page.ts';

export const checkCommand: Command = {
  name: 'check',
  summary:
    'Check configuration, ports, lights, brokers and Slack, and explain how to fix problems.',
  usage: '[options]',
  options: {
    ...configOptions,
    post: { type: 'boolean', help: 'post a test message to the Slack channel' },
    yes: {
      type: 'boolean',
      help: "don't ask questions: test the lights without asking whether you see them",
    },
  },
  examples: ['blinky check', 'blinky check --post', 'sudo -u blinky blinky check --yes'],
  run: async (input) => {
    refuseExtraArguments(input.positionals, 0);
    let faults = 0;
    const explained = new Set<string>();
    for await (const { finding, more } of allFindings(input)) {
      print(finding, input.environment);
      if (finding.result !== 'fault') continue;
      faults += 1;
      if (!more || explained.has(more)) continue;
      explained.add(more);
      input.environment.stdout.write(`    More: ${more}\n`);
    }
    input.environment.stdout.write(
      faults === 0 ? '\nAll checks passed.\n' : `\n${countOf(faults, 'problem')} found.\n`,
    );
    return faults === 0 ? exitStatus.fine : exitStatus.fault;
  },
};

/** A finding, and where the manual explains such a fault. */
interface Explained {
  readonly finding: Finding;
  readonly more?: string;
}

async function* allFindings({ values, environment }: CommandInput): AsyncGenerator<Explained> {
  const { variables, stdout } = environment;
  const { config, findings } = await readConfiguration({ positionals: [], values, environment });
  let running: ReturnType<typeof findRunningAppliance> | undefined;
  const input: CheckInput<Config> = {
    config,
    environment: variables,
    now: () => new Date(),
    post: values['post'] === true,
    ask: values['yes'] !== true && stdout.isTerminal ? environment.ask : undefined,
    running: () => {
      running ??= findRunningAppliance(config.webConfig);
      return running;
    },
  };
  async function* explained(
    findings: Iterable<Finding> | AsyncIterable<Finding>,
    fault: FaultName | undefined,
  ): AsyncGenerator<Explained> {
    for await (const finding of findings) {
      const isExplained = fault !== undefined && finding.result === 'fault';
      const page =
        isExplained && manualPage((await input.running()) !== undefined, config.webConfig);
      yield page ? { finding, more: `${page}#${faultCode(fault).help}` } : { finding };
    }
  }
  yield* explained(findings, 'configuration');
  // Loaded only here, so that the other commands start faster.
  const { checks, faultOfCheck } = await import('./checks.ts');
  for (const check of checks) yield* explained(check(input), faultOfCheck.get(check));
}

/** Returns the configuration; if it is invalid, the defaults and its problems. */
async function readConfiguration(
  input: CommandInput,
): Promise<{ config: Config; findings: Finding[] }> {
  try {
    const { config, file, warnings, unusedButlerKeys } = await configFrom(
      input.values,
      input.environment,
    );
    const findings = [ok('Configuration', file ?? 'no file, using defaults')];
    const stale = faultAtBoot(input.environment);
    if (stale) findings.push(fault('Configuration', stale.message, stale.remedy));
    for (const warning of warnings) {
      findings.push(warn('Configuration', warning, 'Fix or remove this line'));
    }
    if (unusedButlerKeys.length > 0) {
      findings.push(
        ok(
          'Configuration',
          `settings of Butler that Blinky doesn't use: ${unusedButlerKeys.join(', ')}`,
        ),
      );
    }
    return { config, findings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'Fix this. The checks below use the default settings';
    return {
      config: defaultConfig(),
      findings: error.problems.map((problem) =>
        fault('Configuration', describeProblem(problem), remedy),
      ),
    };
  }
}

const countOf = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

const marks = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fault: ['✗', 'red'] } as const;

function print({ name, result, text, remedy }: Finding, environment: Environment): void {
  const { stdout, variables } = environment;
  const [plain, colour] = marks[result];
  const mark = wantsColours(stdout, variables)
    ? styleText(colour, plain, { validateStream: false })
    : plain;
  stdout.write(`${mark} ${name}: ${text}\n`);
  if (remedy) stdout.write(`    → ${remedy}\n`);
}
