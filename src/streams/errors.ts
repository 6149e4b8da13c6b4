// Errors that end an open connection, other than violations by the peer (ProtocolError).

const CODES = {
  /** The transport ended, or failed, without a closing handshake. */
  WS_ERR_CONNECTION_LOST: '7.1.5',
  /** The peer did not answer a ping in time. */
  WS_ERR_HEARTBEAT: '5.5.2',
  /** The peer did not answer the close frame in time. */
  WS_ERR_CLOSE_TIMEOUT: '7.1.1',
  /** The connection is closed or closing: nothing can be sent. */
  WS_ERR_CLOSED: '5.5.1',
  /** The value written is not a message, or could not be encoded; `cause` is the error of that write. */
  WS_ERR_WRITE_FAILED: '7.1.7',
} as const;

export type ConnectionErrorCode = keyof typeof CODES;

/** The connection has failed, or can no longer be used. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Stable, for programs. */
  readonly code: ConnectionErrorCode;
  /** The code either end closed with, as in the platform's WebSocketError; 1006 without a close frame. */
  readonly closeCode: number;
  readonly reason: string;
  /** The section of RFC 6455 with the rule. */
  readonly section: string;

  constructor(
    code: ConnectionErrorCode,
    message: string,
    init: { closeCode?: number; reason?: string; cause?: unknown } = {},
  ) {
    const section = CODES[code];
    super(`${message} (RFC 6455 §${section})`, 'cause' in init ? { cause: init.cause } : undefined);
    this.code = code;
    this.closeCode = init.closeCode ?? 1006;
    this.reason = init.reason ?? '';
    this.section = section;
  }
}
