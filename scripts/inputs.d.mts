export type Hashes = Record<string, string>;
export interface Lock {
  packages: Record<
    string,
    { version?: string; integrity?: string; optional?: boolean; link?: boolean }
  >;
}
export const BUILD_INPUTS: string[];
export function hashInputs(base: string, names?: readonly string[]): Hashes;
export function changeBetween(before: Hashes, after: Hashes): string | undefined;
export function missingPackage(lock: Lock, installed: Lock): string | undefined;
