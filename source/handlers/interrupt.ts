import {createContext, Script} from 'node:vm';

const script = new Script('act()');

/**
 * Calls what runs in this thread, and interrupts it after `timeout` ms, in the midst of a regular expression too. Answers
 * whether it came to its end; what it did until then stays done. Its own errors are thrown on.
 */
export function interruptAfter(timeout: number, act: () => void): boolean {
  try {
    script.runInContext(createContext({act}), {timeout});
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}
