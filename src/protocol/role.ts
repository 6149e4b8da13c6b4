// The two ends of a connection, RFC 6455 §1.1.

/** Which end this is. A client masks what it sends, a server does not (§5.1). */
export type Role = 'server' | 'client';
