// Keeps what a page shows up to date: whenever the server says that something has changed, the parts that are marked are taken from the
// page as it is then. Without this, everything works as well, by loading the page again.
const note = document.getElementById('live');
const quietest = 1000;
let paused = false, due = false, running = false, last = 0;

function say(text, isOff) {
  if (!note) return;
  note.textContent = text;
  note.classList.toggle('off', Boolean(isOff));
}

async function refresh() {
  if (paused || running || document.hidden) { due = true; return; }
  const wait = last + quietest - Date.now();
  if (wait > 0) {
    if (!due) { due = true; setTimeout(() => { due = false; refresh(); }, wait); }
    return;
  }
  running = true; due = false; last = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.redirected && new URL(answer.url).pathname === '/login') { location.reload(); return; }
    if (!answer.ok) { say(answer.status === 503 ? 'the event log cannot be reached' : 'cannot be shown at the moment', true); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live]')) {
      const other = fresh.getElementById(part.id);
      // What somebody is filling in stays.
      if (other && !part.contains(document.activeElement) && other.innerHTML !== part.innerHTML) part.replaceWith(other);
    }
    say('live');
  } catch { say('cannot reach the server', true); } finally { running = false; }
}

// Of all tabs of a browser one listens, and tells the others: a server has only so many streams, and a browser so many connections.
function listen() {
  const tabs = new BroadcastChannel('rides');
  const heard = (isThere) => { if (isThere) refresh(); else say('reconnecting …', true); };
  tabs.onmessage = (message) => heard(message.data);
  const open = () => new Promise(() => {
    const stream = new EventSource('/v1/stream?channels=status');
    const tell = (isThere) => { heard(isThere); tabs.postMessage(isThere); };
    stream.addEventListener('status', () => tell(true));
    stream.onerror = () => tell(false);
  });
  // It is held until the tab is closed; then the next one listens. Where there are no locks, each listens for itself.
  if (navigator.locks) navigator.locks.request('rides-stream', open); else open();
}

document.addEventListener('visibilitychange', () => { if (!document.hidden && due) refresh(); });
for (const button of document.querySelectorAll('[data-pause]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    paused = !paused;
    button.textContent = paused ? 'Go on' : 'Pause';
    say(paused ? 'paused' : 'live');
    if (!paused) refresh();
  });
}
for (const box of document.querySelectorAll('[data-all]')) {
  box.addEventListener('change', () => {
    for (const other of document.querySelectorAll(`[name="${box.dataset.all}"]`)) other.checked = box.checked;
  });
}
for (const field of document.querySelectorAll('[data-submit]')) field.addEventListener('change', () => field.form.submit());
if (document.querySelector('[data-live]')) { say('live'); listen(); }
