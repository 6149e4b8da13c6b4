// What is tested, and how it is started: each in a process of its own, which echoes.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Role } from '../peer/frames.ts';
import type { Order, Started } from './protocol.ts';

export interface Subject {
  readonly id: string;
  readonly title: string;
  readonly kind: 'ws' | 'streams';
  /** What a program would import. */
  readonly module: string;
  readonly backend?: 'wasm' | 'js';
}

export const SUBJECTS: readonly Subject[] = [
  { id: 'wasm', title: 'wsimd/ws, wasm', kind: 'ws', module: 'wsimd/ws', backend: 'wasm' },
  { id: 'js', title: 'wsimd/ws, js', kind: 'ws', module: 'wsimd/ws', backend: 'js' },
  ...(['wasm', 'js'] as const).map((backend) => ({
    ...{ id: `streams-${backend}`, title: `wsimd/streams, ${backend}`, backend },
    ...{ kind: 'streams' as const, module: 'wsimd/streams' },
  })),
  { id: 'ws', title: 'ws', kind: 'ws', module: 'ws' },
];

/** A subject that runs. */
export interface Running {
  readonly subject: Subject;
  readonly started: Started;
  /** Tells a client where to connect to. */
  connect(url: string, deflate: object | false): void;
  stop(): Promise<void>;
}

/** Bundled by tools/conformance/rolldown.config.mjs. */
const PROGRAM = resolve('build/conformance/subject.js');

/** Throws where it does not start, or not on the backend it is to run on. */
export async function start(subject: Subject, role: Role): Promise<Running> {
  const { backend, kind, module } = subject;
  const child = fork(PROGRAM, [kind, module, role], {
    env: { ...process.env, NODE_OPTIONS: '', ...(backend && { WSIMD_BACKEND: backend }) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const started = await firstMessage(child);
  if (started.backend !== backend) {
    child.kill();
    throw new Error(`${subject.title} runs on ${started.backend}`);
  }
  return {
    ...{ subject, started },
    connect: (url, deflate) => void child.send({ url, deflate } satisfies Order),
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

async function firstMessage(child: ChildProcess): Promise<Started> {
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`the subject ended with ${code}`);
  });
  exit.catch(() => {});
  const [started] = (await Promise.race([once(child, 'message'), exit])) as [Started];
  return started;
}
