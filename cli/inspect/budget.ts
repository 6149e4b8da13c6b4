// The memory limit of a capture, shared by all its connections.

/** Counts the bytes left of a limit. */
export class Budget {
  left: number;

  constructor(limit: number) {
    this.left = limit;
  }

  /** Takes the bytes, or returns false if fewer than `spare` would be left. */
  take(bytes: number, spare = 0): boolean {
    if (bytes + spare > this.left) return false;
    this.left -= bytes;
    return true;
  }

  /** Returns bytes that were taken. */
  give(bytes: number): void {
    this.left += bytes;
  }
}
