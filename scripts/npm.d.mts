export function npmCommand(...args: string[]): [command: string, args: string[]];
