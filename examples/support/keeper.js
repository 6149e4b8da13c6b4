// Restarts child processes when they die, until they are stopped.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE = 500;

export class Keeper {
  #isStopping = false;
  #children = new Map();

  /** Starts a child process with `spawnChild` and restarts it when it dies. Rejects if the first start fails. */
  async keep(name, spawnChild) {
    const child = await spawnChild();
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    this.#children.set(name, child);
    console.log(`${name}: process ${child.pid}`);
    child.once('exit', async (code, signal) => {
      await delay(PAUSE); // Ctrl-C ends all processes at once: this one may be stopping too
      if (this.#isStopping) return;
      console.log(`${name} exited with ${code ?? signal}; restarting it.`);
      await this.#restart(name, spawnChild);
    });
  }

  /** Retries until it succeeds: the cause of a failure may be temporary. */
  async #restart(name, spawnChild) {
    while (!this.#isStopping) {
      try {
        return await this.keep(name, spawnChild);
      } catch ({ message }) {
        if (!this.#isStopping) console.error(`Cannot restart ${name}: ${message}`);
      }
      await delay(PAUSE);
    }
  }

  /** Stops all running processes at once. */
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
