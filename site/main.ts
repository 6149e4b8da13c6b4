// The page: three tools behind tabs, and the worker that keeps them for when there is no network.

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
    // Not from a file, and not where it is forbidden: the page works all the same.
  });
}
