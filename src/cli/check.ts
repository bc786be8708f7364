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
import { manualPage } from './manual-page.ts';
import { exitStatus, type Surroundings, wantsColours } from './surroundings.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Look at everything a user could have wrong, and say how to mend it.',
  usage: '[options]',
  options: {
    ...configOptions,
    post: { type: 'boolean', help: 'post a test message to the Slack channel' },
    yes: { type: 'boolean', help: 'ask nothing: light the lamps without asking who saw them' },
  },
  examples: ['blinky check', 'blinky check --post', 'sudo -u blinky blinky check --yes'],
  run: async (input) => {
    refuseExtraArguments(input.positionals, 0);
    let faults = 0;
    const explained = new Set<string>();
    for await (const { finding, more } of allFindings(input)) {
      print(finding, input.surroundings);
      if (finding.result !== 'fault') continue;
      faults += 1;
      if (!more || explained.has(more)) continue;
      explained.add(more);
      input.surroundings.stdout.write(`    More: ${more}\n`);
    }
    input.surroundings.stdout.write(
      faults === 0 ? '\nNothing is wrong.\n' : `\n${faults} to mend.\n`,
    );
    return faults === 0 ? exitStatus.fine : exitStatus.fault;
  },
};

/** A finding, and where the manual explains such a fault. */
interface Explained {
  readonly finding: Finding;
  readonly more?: string;
}

async function* allFindings({ values, surroundings }: CommandInput): AsyncGenerator<Explained> {
  const { environment, stdout } = surroundings;
  const { config, findings } = await readConfiguration({ positionals: [], values, surroundings });
  let running: ReturnType<typeof findRunningAppliance> | undefined;
  const input: CheckInput<Config> = {
    config,
    environment,
    now: () => new Date(),
    post: values['post'] === true,
    ask: values['yes'] !== true && stdout.isTerminal ? surroundings.ask : undefined,
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
  // Loaded only here: the other commands answer sooner without them.
  const { checks, faultOfCheck } = await import('./checks.ts');
  for (const check of checks) yield* explained(check(input), faultOfCheck.get(check));
}

/** The configuration, or the defaults and what is wrong with it. */
async function readConfiguration(
  input: CommandInput,
): Promise<{ config: Config; findings: Finding[] }> {
  try {
    const { config, file, warnings, unusedButlerKeys } = await configFrom(
      input.values,
      input.surroundings,
    );
    const findings = [ok('Configuration', file ?? 'no file: all defaults')];
    const stale = faultAtBoot(input.surroundings);
    if (stale) findings.push(fault('Configuration', stale.message, stale.remedy));
    for (const warning of warnings) {
      findings.push(warn('Configuration', warning, 'Correct the line, or remove it'));
    }
    if (unusedButlerKeys.length > 0) {
      findings.push(ok('Configuration', `not used here: ${unusedButlerKeys.join(', ')}`));
    }
    return { config, findings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'Correct that; what follows was looked at with the defaults';
    return {
      config: defaultConfig(),
      findings: error.problems.map((problem) =>
        fault('Configuration', describeProblem(problem), remedy),
      ),
    };
  }
}

const marks = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fault: ['✗', 'red'] } as const;

function print({ name, result, text, remedy }: Finding, surroundings: Surroundings): void {
  const { stdout, environment } = surroundings;
  const [plain, colour] = marks[result];
  const mark = wantsColours(stdout, environment)
    ? styleText(colour, plain, { validateStream: false })
    : plain;
  stdout.write(`${mark} ${name}: ${text}\n`);
  if (remedy) stdout.write(`    → ${remedy}\n`);
}
