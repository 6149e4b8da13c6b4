// Programs that are started again when they die, until all of them are stopped.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE = 500;

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
      await delay(PAUSE); // the interrupt key ends all at once: it may be our end, too
      if (this.#isStopping) return;
      console.log(`${name} ended with ${code ?? signal}; it is started again.`);
      await this.#startAgain(name, startIt);
    });
  }

  /** As often as it takes: what cannot be started now may be able to later. */
  async #startAgain(name, startIt) {
    while (!this.#isStopping) {
      try {
        return await this.keep(name, startIt);
      } catch ({ message }) {
        if (!this.#isStopping) console.error(`${name} cannot be started again: ${message}`);
      }
      await delay(PAUSE);
    }
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
