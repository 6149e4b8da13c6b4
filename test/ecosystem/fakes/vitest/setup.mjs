// Fake timers before anything else is loaded.

import { vi } from 'vitest';

vi.useFakeTimers();
