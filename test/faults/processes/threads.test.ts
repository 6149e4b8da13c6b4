// Worker threads: each has a codec and a server of its own, all talk with all, and one that ends takes no other along.

import { expect, it } from 'vitest';
import { programPath, run } from './support/run.ts';

interface Told {
  id: number;
  backend: string;
  told: { to: number; right: number; wrong: number; code: number }[];
}
interface Threads {
  together: Told[];
  survivors: Told[];
  again: Told[];
}

const VICTIM = 1;

/** What a thread says that asked all four so often and was answered right. */
function all(id: number, backend: string, right: number) {
  return {
    id,
    backend,
    told: [0, 1, 2, 3].map((to) => ({ to, right, wrong: 0, code: 1000 })),
  };
}

it.concurrent.each(['wasm', 'js'])(
  'four threads talk with one another, and go on when one is terminated, on %s',
  async (backend) => {
    const command = [process.execPath, programPath('threads')];
    const { end, printed } = await run<Threads>(command, { WSIMD_BACKEND: backend });
    const { together, survivors, again } = printed;
    const complete = [0, 1, 2, 3].map((id) => all(id, backend, 120));
    expect([end, together, again]).toEqual([0, complete, complete]);
    expect(survivors.map(({ id }) => id)).toEqual([0, 2, 3]);
    for (const { id, told, ...rest } of survivors) {
      const [lost] = told.splice(VICTIM, 1);
      expect(lost).toMatchObject({ to: VICTIM, wrong: 0, code: 1006 });
      expect(lost.right).toBeGreaterThan(50);
      const { told: expected } = all(id, backend, 360);
      expect({ ...rest, told }).toEqual({ backend, told: expected.toSpliced(VICTIM, 1) });
    }
  },
);
