// GitHub's workflows: nothing here runs them, so their mistakes are looked for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<string, { readonly steps?: Step[]; readonly 'timeout-minutes'?: number }>;
}

const yamlRules =
  '{extends: default, rules: {line-length: {max: 110}, document-start: disable, truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}';

/** Runs a linter. CI has them all; elsewhere Debian's may be missing. */
function lint(command: string, args: readonly string[], input = ''): string | undefined {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    input,
    encoding: 'utf8',
  });
  if (error && !process.env['CI']) return `${command} is not installed`;
  assert.equal(error, undefined);
  assert.equal(status, 0, `${stdout}${stderr}`);
  return undefined;
}

describe('the workflows', () => {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const { permissions, jobs } = parse(text) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
    const scripts = steps.flatMap(({ run }) => run ?? []);

    test(`${name} has the form that GitHub expects`, () => {
      lint(process.execPath, [join(root, 'node_modules/@action-validator/cli/cli.mjs'), file]);
    });

    test(`${name} is tidy YAML`, (context) => {
      const missing = lint('yamllint', ['--strict', '-d', yamlRules, file]);
      if (missing) context.skip(missing);
    });

    test(`${name} runs sound shell commands`, (context) => {
      for (const script of scripts) {
        const missing = lint('shellcheck', ['--shell=bash', '-'], script);
        if (missing) context.skip(missing);
      }
    });

    test(`${name} runs scripts that exist`, () => {
      const used = scripts.flatMap((script) => script.match(/(?:scripts|\.ci)\/[\w/-]+/g) ?? []);
      assert.notDeepEqual(used, []);
      for (const script of used) accessSync(join(root, script), constants.X_OK);
    });

    test(`${name} has few rights, a limit of time, and actions that can't change`, () => {
      assert.deepEqual(permissions, { contents: 'read' });
      for (const job of Object.values(jobs)) if (job.steps) assert.ok(job['timeout-minutes']);
      for (const { uses } of steps) if (uses) assert.match(uses, /^actions\/\w+@[0-9a-f]{40}$/);
    });
  }

  test('a tag must be that of the version', () => {
    const check = (tag: string) =>
      spawnSync('scripts/release', ['--check-tag', tag], { cwd: root, encoding: 'utf8' });
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.equal(check(`v${version}`).status, 0, check(`v${version}`).stderr);
    assert.match(check('v0.0.1').stderr, /the tag is v0\.0\.1/);
  });
});
