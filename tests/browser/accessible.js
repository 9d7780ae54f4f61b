// The basics an accessibility checker asks for; returns a list of findings.
() => {
  const found = [];
  const say = (rule, node) => found.push(`${rule}: ${node.outerHTML.replace(/\s+/g, " ").slice(0, 160)}`);
  const visible = (node) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    return style.visibility !== "hidden" && style.display !== "none" && box.width > 1 && box.height > 1;
  };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (node) =>
    (node.getAttribute("aria-label") ||
      (node.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)?.textContent || "").join("") ||
      [...(node.labels || [])].map((label) => label.textContent).join("") ||
      node.textContent || node.getAttribute("title") || "").trim();

  if (!document.documentElement.lang) found.push("html has no lang");
  if (!document.title.trim()) found.push("no title");
  if (all("main").length !== 1) found.push("not exactly one main");
  if (all("h1").length !== 1) found.push(`${all("h1").length} h1`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (level && next > level + 1) say("heading level skipped", heading);
    if (!heading.textContent.trim()) say("empty heading", heading);
    level = next;
  }
  const ids = all("[id]").map((node) => node.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) found.push(`id twice: ${id}`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"])
    for (const node of all(`[${attribute}]`))
      for (const id of node.getAttribute(attribute).split(/\s+/))
        if (!document.getElementById(id)) say(`${attribute} points nowhere`, node);
  for (const node of all("nav, section, aside, form[role=search]"))
    if (["NAV", "ASIDE"].includes(node.tagName) && !name({ ...node, textContent: "", getAttribute: (a) => node.getAttribute(a), labels: [] })) say("landmark without name", node);
  for (const node of all("input:not([type=hidden], [hidden]), select, textarea"))
    if (!name({ getAttribute: (a) => node.getAttribute(a), labels: node.labels, textContent: "" })) say("field without label", node);
  for (const node of all("a[href], button, summary")) if (!name(node)) say("control without name", node);
  for (const node of all("img")) if (!node.hasAttribute("alt")) say("image without alt", node);
  for (const node of all("svg")) if (!node.closest("[aria-hidden=true]") && !node.getAttribute("aria-label")) say("svg without name", node);
  for (const node of all("iframe")) if (!node.title) say("frame without title", node);
  for (const node of all("table.data")) {
    if (!node.caption) say("table without caption", node);
    if ([...node.querySelectorAll("th")].some((th) => !th.scope)) say("header cell without scope", node);
  }
  for (const node of all("button, .button, select, input[type=checkbox]")) {
    const box = node.getBoundingClientRect();
    if (visible(node) && !node.matches(".link") && (box.height < 24 && !node.closest("label"))) say(`target only ${box.height}px high`, node);
  }
  for (const node of all("[tabindex]")) if (Number(node.tabIndex) > 0) say("positive tabindex", node);

  // contrast of every visible piece of text against the nearest painted ground
  const parse = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(srgb") ? [parts[0] * 255, parts[1] * 255, parts[2] * 255, parts[3] ?? 1] : [parts[0], parts[1], parts[2], parts[3] ?? 1];
  };
  const over = (top, under) => top.slice(0, 3).map((value, n) => value * top[3] + under[n] * (1 - top[3])).concat(1);
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(node) || !visible(node) || node.closest(".visually-hidden, .skip, noscript, option, :disabled")) continue;
    seen.add(node);
    const style = getComputedStyle(node);
    const [low, high] = [light(over(parse(style.color), ground(node))), light(ground(node))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < needed) say(`contrast ${ratio.toFixed(2)}`, node);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`page is ${wide}px too wide`);
  return found;
}
