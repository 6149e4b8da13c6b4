// A page's outcome, where the test finds it.

/** Writes what comes of the promise into the page. */
export function tell(promise) {
  promise.then(write, (error) => write({ error: `${error}` }));
}

function write(outcome) {
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
}
