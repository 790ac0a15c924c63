// What Lighthouse takes points for and needs no stopwatch for, in the words of its own audits. Seen on a loaded page.
async ({robots}) => {
  const found = [], say = (audit, node) => found.push(`${audit}: ${node?.outerHTML?.slice(0, 90) ?? node}`);
  const all = (choice, audit, wrong = () => true) =>
    document.querySelectorAll(choice).forEach((node) => wrong(node) && say(audit, node));
  const one = (choice, audit) => document.querySelector(choice) || say(audit, choice);
  const seen = (type) => new Promise((done) => {
    const watch = new PerformanceObserver((list) => done(list.getEntries()));
    watch.observe({type, buffered: true});
    setTimeout(() => done([]), 500);
  });

  if (document.compatMode !== "CSS1Compat") say("doctype", document.compatMode);
  if (document.characterSet !== "UTF-8") say("charset", document.characterSet);
  if (!document.title.trim()) say("document-title", "none");
  one("html[lang]:not([lang=''])", "html-has-lang");
  one("meta[name=description][content]:not([content=''])", "meta-description");
  one("meta[name=viewport][content*='width=device-width']", "viewport");
  all("meta[name=viewport]", "meta-viewport", (node) => /user-scalable=no|maximum-scale/.test(node.content));
  all("meta[name=robots]", "is-crawlable", (node) => /noindex|none/.test(node.content));
  const canonical = document.querySelectorAll("link[rel=canonical]");
  if (canonical.length > 1 || (canonical[0] && new URL(canonical[0].href).pathname !== location.pathname))
    say("canonical", canonical[0]);
  all("a", "crawlable-anchors", (node) => !node.getAttribute("href") || /^javascript:/i.test(node.getAttribute("href")));
  const vague = ["click here", "here", "more", "read more", "learn more", "this", "go", "start", "link"];
  all("a[href]:not([href^='#'])", "link-text",
    (node) => vague.includes((node.ariaLabel || node.innerText).trim().toLowerCase()));
  all("img:not([alt])", "image-alt");
  all("img", "unsized-images", (node) => !(node.getAttribute("width") && node.getAttribute("height")));
  all("img", "image-aspect-ratio", (node) => node.naturalWidth && getComputedStyle(node).objectFit === "fill"
    && Math.abs(node.naturalWidth / node.naturalHeight - node.width / node.height) > 0.05);
  all("head > script:not([src])", "render-blocking", (node) => !node.type || node.type === "text/javascript");
  all("script[src]", "render-blocking", (node) => !node.defer && !node.async && node.type !== "module");
  const sheets = document.querySelectorAll("link[rel=stylesheet]");
  if (sheets.length > 1) say("render-blocking", sheets[1]);
  if (document.querySelectorAll("*").length > 1400) say("dom-size", document.querySelectorAll("*").length);
  for (const {name} of performance.getEntriesByType("resource"))
    if (new URL(name).origin !== location.origin) say("third-parties", name);
  if (performance.getEntriesByType("navigation")[0].redirectCount) say("redirects", location.href);
  for (const shift of await seen("layout-shift")) say("cumulative-layout-shift", shift.value);
  const largest = (await seen("largest-contentful-paint")).at(-1)?.element;
  if (largest?.loading === "lazy") say("lcp-lazy-loaded", largest);
  for (const {body} of new ReportingObserver(() => {}, {types: ["deprecation"], buffered: true}).takeRecords())
    say("deprecations", body.message);
  const lines = (await (await fetch(robots)).text()).split("\n").filter((line) => line.trim());
  for (const line of lines)
    if (!/^(#|(user-agent|allow|disallow|sitemap)\s*:)/i.test(line.trim())) say("robots-txt", line);
  return found;
}
