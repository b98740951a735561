"use strict";
// Listens for what is served anew; asks then for this page by its tag, and patches what has changed.

const ADDRESS = "/_fieldguide/";

/** Told to the page's scripts after a build: what they have read of the site may be out of date. */
const BUILT = "fieldguide:built";

/** A page lets the stream go while so many others were looked at since: a browser opens six connections to a server, no more. */
const LISTENERS = 3;

/** After this many milliseconds without the server, the page says so. */
const PATIENCE = 1500;

const own = /** @type {HTMLScriptElement} */ (document.currentScript);
const others = new BroadcastChannel("fieldguide");
/** What the others know this page by. */
const me = String(Math.random());

/** The page as it came; none where it stands for one that is not there. */
const page = own.dataset.missing === undefined ? new Page() : null;
const overlay = new Overlay(`${ADDRESS}client.css`, page !== null);
let etag = own.dataset.etag ?? "";
let version = "";
/** Whether nothing was heard yet on this connection. */
let fresh = false;
let asking = false;
let again = false;
/** @type {EventSource | null} */
let stream = null;
let later = 0;
let unreachable = false;
/** The pages of this browser that were opened or looked at since this one was. */
const newer = new Set();
/** Whether this is the page of this browser that was looked at last: it is the one that follows. */
let lookedAt = false;

/** Asks for this page; of several wishes within one answer's time, one more. */
async function refresh() {
  again = true;
  if (asking) return;
  asking = true;
  try {
    while (again) {
      again = false;
      await ask();
    }
  } catch {
    // The server has gone: the stream says so, and asks again when it is back.
  } finally {
    asking = false;
  }
}

async function ask() {
  const headers = etag && page ? { "If-None-Match": etag } : undefined;
  const response = await fetch(location.pathname + location.search, { cache: "no-store", headers });
  if (response.status === 404 && page) {
    overlay.say("This page is no longer in the book.", ["To its first page", "/"]);
    return;
  }
  // A page that is not there, before the first build that succeeds.
  if (response.status !== 200 && response.status !== 304) return;
  overlay.say("");
  if (response.status === 304) return;
  if (!page || response.redirected) return location.reload();
  const html = await response.text();
  etag = response.headers.get("etag") ?? "";
  if (!page.become(html)) location.reload();
}

/** The site has changed, and this page perhaps with it. */
function built() {
  document.dispatchEvent(new CustomEvent(BUILT));
  void refresh();
}

function listen() {
  if (stream) return;
  stream = new EventSource(`${ADDRESS}events`);
  stream.addEventListener("state", (event) => {
    clearTimeout(later);
    later = 0;
    if (unreachable) overlay.say("");
    unreachable = false;
    /** @type {State} */
    const state = JSON.parse(event.data);
    if (version && version !== state.client) return location.reload();
    // The first one after a connection: what was built until then was not heard.
    if (version && fresh) built();
    else void refresh();
    fresh = false;
    version = state.client;
    overlay.show(state);
  });
  stream.addEventListener("served", built);
  stream.addEventListener("open", () => (fresh = true));
  stream.addEventListener("follow", (event) => {
    if (lookedAt && decodeURI(event.data) !== shownPath()) location.href = event.data;
  });
  stream.addEventListener("error", () => {
    later ||= setTimeout(() => {
      unreachable = true;
      overlay.say("The server does not answer. The page is as it was.");
    }, PATIENCE);
    // A browser asks again after a lost connection, but not after an answer that was no stream.
    if (stream?.readyState === EventSource.CLOSED) {
      hangUp();
      setTimeout(listen, PATIENCE);
    }
  });
}

function hangUp() {
  stream?.close();
  stream = null;
}

/** The site path of this page, as the server writes it. */
function shownPath() {
  const path = decodeURI(location.pathname);
  return path.endsWith("/") ? `${path}index.html` : path;
}

/** @param {"opened" | "looked at" | "left"} what */
const tell = (what) => others.postMessage({ page: me, what });

function looked() {
  lookedAt = true;
  newer.clear();
  tell("looked at");
  listen();
}

others.addEventListener("message", ({ data }) => {
  if (data.what === "looked at") lookedAt = false;
  if (data.what === "left") newer.delete(data.page);
  else newer.add(data.page);
  if (newer.size >= LISTENERS) hangUp();
  else listen();
});
document.addEventListener("visibilitychange", () => document.hidden || looked());
addEventListener("focus", looked);
addEventListener("pagehide", () => {
  tell("left");
  hangUp();
});
addEventListener("pageshow", ({ persisted }) => persisted && looked());
if (document.hidden) {
  tell("opened");
  listen();
} else {
  looked();
}
