// The page: three tools in tabs, and a service worker that makes them available offline.

import { startMeasuring } from './benchmark/panel.ts';
import { startBuilder } from './builder.ts';
import { showBytes, startInspector } from './inspector/panel.ts';
import { startTabs } from './tabs.ts';

const tabs = startTabs();
startInspector();
startBuilder((bytes) => {
  showBytes(bytes);
  tabs.show('inspect');
});
startMeasuring();

if (import.meta.hot === undefined && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('./offline.js').catch(() => {
    // Not available from file: URLs or if blocked by the browser. The page works without it.
  });
}
