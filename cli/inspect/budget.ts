// Memory that a capture may take, whatever is in it: all its connections share one budget.

/** Bytes that are left of a limit. */
export class Budget {
  left: number;

  constructor(limit: number) {
    this.left = limit;
  }

  /** Takes so many bytes, or none where fewer than `spare` would be left. */
  take(bytes: number, spare = 0): boolean {
    if (bytes + spare > this.left) return false;
    this.left -= bytes;
    return true;
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.left += bytes;
  }
}
