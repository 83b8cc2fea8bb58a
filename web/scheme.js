// Before anything is painted, so that a page chosen to be dark does not flash: hence no module, which would wait.
try {
  const scheme = localStorage.getItem("peerlearn.preference.scheme");
  if (scheme !== null) document.documentElement.dataset.scheme = scheme;
} catch {
  // Nothing is kept here: the system's colours it is.
}
