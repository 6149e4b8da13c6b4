import type { Talk } from '../endpoints.ts';

export function talk(WebSocket: unknown, url: string): Promise<Talk>;
