// Packages without declarations, as far as the tests use them.

declare module 'bufferutil' {
  const bufferutil: {
    mask(source: Buffer, mask: Buffer, output: Buffer, offset: number, length: number): void;
    unmask(buffer: Buffer, mask: Buffer): void;
  };
  export default bufferutil;
}

declare module 'utf-8-validate' {
  export default function isValidUTF8(buffer: Buffer): boolean;
}
