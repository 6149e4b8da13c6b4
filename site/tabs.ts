// Tabs with the ARIA keyboard pattern: one stop for the Tab key, arrow keys between tabs.

export interface Tabs {
  show(panel: string): void;
}

export function startTabs(): Tabs {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role="tab"]')];
  const select = (chosen: HTMLElement): void => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel !== null) panel.hidden = !isChosen;
    }
    history.replaceState(null, '', `#${chosen.getAttribute('aria-controls')}`);
  };
  const step: Record<string, (at: number) => number> = {
    ArrowRight: (at) => (at + 1) % tabs.length,
    ArrowLeft: (at) => (at + tabs.length - 1) % tabs.length,
    Home: () => 0,
    End: () => tabs.length - 1,
  };
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', (event) => {
      const next = tabs[step[event.key]?.(at) ?? -1];
      if (next === undefined) return;
      event.preventDefault();
      select(next);
      next.focus();
    });
  }
  const show = (panel: string): void => {
    const tab = tabs.find((one) => one.getAttribute('aria-controls') === panel);
    if (tab !== undefined) select(tab);
  };
  show(location.hash.slice(1) || 'inspect');
  return { show };
}
