import { chromium } from "playwright-core";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync"] });
const c = await b.newContext(); const p = await c.newPage();
p.on("console", m => console.log("CONSOLE", m.text())); p.on("pageerror", e => console.log("ERR", e.message));
await p.goto("http://127.0.0.1:8765/data-types/float-precision.html");
for (let i = 0; i < 3; i++) {
  const t = Date.now();
  const block = p.locator("fg-code[data-run]").nth(i);
  await block.locator(".run-go").click();
  await p.waitForFunction(i => { const e = document.querySelectorAll("fg-code[data-run]")[i]; return e.dataset.state === "idle"; }, i, { timeout: 60000 }).catch(e => console.log(e.message));
  console.log("ms", Date.now() - t, await block.locator(".run-note").textContent());
  console.log(await p.evaluate(i => { const e = document.querySelectorAll("fg-code[data-run]")[i]; return e.nextElementSibling?.innerText + " agrees=" + e.nextElementSibling?.dataset.agrees; }, i));
  await p.waitForTimeout(2500);
}
await p.screenshot({ path: "/tmp/live/a.png" });
await b.close();
