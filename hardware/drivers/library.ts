import { codeOf, messageOf } from '../../src/platform/errors.ts';
import { DriverRefusal } from '../pins.ts';

/**
 * Loads an optional package. If npm couldn't install or build it, throws a `DriverRefusal` that says
 * how to fix that.
 */
export async function loadLibrary<Library>(
  name: string,
  load: () => Promise<Library>,
): Promise<Library> {
  try {
    return await load();
  } catch (error) {
    const { reason, remedy } = explain(name, error);
    throw new DriverRefusal(reason, remedy, { cause: error });
  }
}

function explain(name: string, error: unknown): { reason: string; remedy: string } {
  const message = messageOf(error);
  const code = codeOf(error);
  const rebuild =
    "Run `npm rebuild` in the program's folder; it requires a compiler (`sudo apt install build-essential python3`)";
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return {
      reason: `the package ${name} is not installed`,
      remedy: `Run \`npm install\` in the program's folder, without --omit=optional`,
    };
  }
  // Messages of `bindings` and of koffi.
  if (/could not locate the bindings file|cannot find the native/iu.test(message)) {
    return { reason: `the package ${name} has not been built on this machine`, remedy: rebuild };
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return { reason: `the package ${name} was built for another system or Node`, remedy: rebuild };
  }
  const firstLine = message.split('\n', 1)[0];
  return { reason: `the package ${name} can't be loaded: ${firstLine}`, remedy: rebuild };
}
