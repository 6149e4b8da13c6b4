// What of the code has run, told by V8 itself (Profiler.takePreciseCoverage): block coverage, and how often, in powers
// of two. No instrumentation, no addon; to ask costs about a millisecond, so cases are asked of in batches.

import { Session } from 'node:inspector';

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}
interface Script {
  url: string;
  functions: { ranges: Range[] }[];
}

let session: Session | undefined;

/**
 * From here on V8 counts, for as long as the process lives: of functions that were compiled before, or while an earlier
 * session counted, it would not tell the blocks.
 */
export function watch(): Session {
  if (session !== undefined) return session;
  session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return session;
}

export class Coverage {
  private readonly session = watch();
  private readonly url: string;
  /** By function: which of its characters have run. */
  private readonly reached = new Map<string, Uint8Array>();
  /** Blocks, and how often in powers of two. */
  private readonly counts = new Set<string>();
  /** What ran and is not learnt yet, with what had run before. */
  private pending: [before: Uint8Array, now: Uint8Array][] = [];
  /** Characters of code that have run. */
  size = 0;

  /** Watches scripts with this in their address. */
  constructor(url: string) {
    this.url = url;
  }

  /** Forgets what has run since the last look. */
  clear(): void {
    this.take();
  }

  /**
   * Whether anything ran since the last look that never had. `exactly`: one case ran: how often it went where
   * counts, too, and it is learnt.
   */
  isNew(exactly: boolean): boolean {
    this.pending = [];
    let isNew = false;
    for (const { url, functions } of this.take()) {
      for (const { ranges } of functions) {
        if (ranges[0].count === 0) continue;
        const key = `${url} ${ranges[0].startOffset} ${ranges[0].endOffset}`;
        if (this.reach(key, ranges, exactly)) isNew = true;
        if (exactly && this.count(key, ranges)) isNew = true;
      }
    }
    return isNew;
  }

  /**
   * What is new of the last look, if it did not learn: taken as known. Some of it no single case brings about again, as
   * what is compiled once.
   */
  settler(): () => void {
    const { pending } = this;
    return () => {
      for (const [before, now] of pending) this.learn(before, now);
    };
  }

  private take(): Script[] {
    let scripts: Script[] = [];
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      scripts = taken.result;
    });
    return scripts.filter(({ url }) => url.includes(this.url));
  }

  /** Ranges are nested: the inner ones say what of the outer did not run. */
  private reach(key: string, ranges: readonly Range[], learns: boolean): boolean {
    const [{ startOffset, endOffset }] = ranges;
    const before = this.reached.get(key) ?? new Uint8Array(endOffset - startOffset);
    this.reached.set(key, before);
    const now = new Uint8Array(before.length);
    for (const { startOffset: from, endOffset: to, count } of ranges) {
      now.fill(count > 0 ? 1 : 0, from - startOffset, to - startOffset);
    }
    if (!now.some((reached, i) => reached > before[i])) return false;
    if (learns) this.learn(before, now);
    else this.pending.push([before, now]);
    return true;
  }

  private learn(before: Uint8Array, now: Uint8Array): void {
    for (let i = 0; i < now.length; i++) {
      if (now[i] <= before[i]) continue;
      before[i] = 1;
      this.size++;
    }
  }

  private count(key: string, ranges: readonly Range[]): boolean {
    const { size } = this.counts;
    for (const { startOffset, endOffset, count } of ranges) {
      if (count > 0) this.counts.add(`${key} ${startOffset} ${endOffset} ${Math.clz32(count)}`);
    }
    return this.counts.size > size;
  }
}
