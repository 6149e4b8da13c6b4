// Starts, awaits and stops real programs for the tests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Starts a program and resolves once its output matches `ready`. If it exits before, rejects with its output.
 * `stop` resolves once the program has exited.
 */
export async function start(command, args, { ready, timeout = 30_000, ...options }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const program = { child, output: '', stop: (signal) => stop(child, signal) };
  const isReady = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        program.output += text;
        if (ready.test(program.output)) resolve();
      });
    }
    const fail = (why) => reject(new Error(`${command} ${why}:\n${program.output.slice(-2000)}`));
    setTimeout(() => fail(`was not ready within ${timeout} ms`), timeout).unref();
    child.on('error', ({ message }) => fail(message));
    child.on('exit', (code, signal) => fail(`exited with ${code ?? signal}`));
  });
  try {
    await isReady;
  } catch (error) {
    await program.stop('SIGKILL');
    throw error;
  }
  return program;
}

async function stop(child, signal = 'SIGTERM') {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'exit');
  clearTimeout(killer);
}

/** A free port. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until `condition` returns a truthy value, and returns it. Rejects after `timeout` milliseconds. */
export async function until(condition, what, timeout = 20_000) {
  const end = performance.now() + timeout;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ${timeout} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a program until it exits. Returns `{ status, stderr }`. */
export async function runToEnd(command, args, { timeout = 30_000, ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout, ...options });
  const output = child.stderr.setEncoding('utf8').toArray();
  const [status] = await once(child, 'exit');
  return { status, stderr: (await output).join('') };
}
