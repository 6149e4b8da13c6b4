// Programs that are started again when they die, until all of them are stopped.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const tell = ({ message }) => console.error(message);

export class Keeper {
  #isStopping = false;
  #children = new Map();

  /** `startIt` gives the child process, or a promise of it, each time it is to be started. Rejects where it cannot be. */
  async keep(name, startIt) {
    const child = await startIt();
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    this.#children.set(name, child);
    console.log(`${name}: process ${child.pid}`);
    child.once('exit', async (code, signal) => {
      await delay(500); // the interrupt key ends all at once: it may be our end, too
      if (this.#isStopping) return;
      console.log(`${name} ended with ${code ?? signal}; it is started again.`);
      this.keep(name, startIt).catch(tell);
    });
  }

  /** Stops what runs, all at once. */
  async stop(signal) {
    this.#isStopping = true;
    const running = [...this.#children.values()].filter(isRunning);
    await Promise.all(
      running.map((child) => {
        const ended = once(child, 'exit');
        child.kill(signal);
        return ended;
      }),
    );
  }
}

function isRunning({ exitCode, signalCode }) {
  return exitCode === null && signalCode === null;
}
