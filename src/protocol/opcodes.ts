// Opcodes, RFC 6455 §5.2 and §11.8.

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** §5.5: control frames are the opcodes with this bit set. */
export const CONTROL = 0x8;

/** Whether the low four bits are the opcode of a control frame. */
export function isControl(opcode: number): boolean {
  return (opcode & CONTROL) !== 0;
}
