// A server process's side of the channel to the benchmark: Node's, Bun's and Deno's alike.

/** What the process tells its parent. */
export type FromServer =
  | { type: 'listening'; port: number }
  | { type: 'note'; what: string; detail: string }
  | { type: 'usage'; microseconds: number; rss: number };

/** What the parent asks. */
export type ToServer = 'usage' | 'quiet';

export function tell(message: FromServer): void {
  process.send?.(message);
}

/** Answers what the parent asks, and ends with it. `onAsked` is called before each answer. */
export function answerParent(onAsked: (asked: ToServer) => void = () => {}): void {
  process.on('message', (asked: ToServer) => {
    onAsked(asked);
    const { user, system } = process.cpuUsage();
    tell({ type: 'usage', microseconds: user + system, rss: process.memoryUsage().rss });
  });
  process.on('disconnect', () => process.exit());
}
