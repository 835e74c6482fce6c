// Runs once when the page is there. Clicks are delegated: Gradio renders its parts anew all the time.
() => {
  const show = (card) => {
    const turn = card.closest("details");
    if (turn) turn.open = true;
    document.querySelectorAll(".card.shown").forEach((other) => other.classList.remove("shown"));
    card.classList.add("shown");
    card.scrollIntoView({ block: "nearest", behavior: "auto" });
    card.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cite");
    if (!link) return;
    event.preventDefault();
    const card = document.getElementById(link.getAttribute("href").slice(1));
    if (card) show(card);
  });

  window.articleQa = {
    copy: async (text) => {
      if (navigator.clipboard) return navigator.clipboard.writeText(text);
      const area = document.createElement("textarea"); // without HTTPS there is no clipboard object
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    },
    save: (text) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
      link.download = "article-qa.md";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
  };

  // For screen readers: Gradio calls the box around the examples a list, but what is in it are buttons; and it labels
  // each message with its source text, so that the markup would be read aloud instead of the message. And it takes the
  // page to be in the browser's first language, where our texts are in the first one of it that they exist in.
  const tidy = () => {
    document.querySelectorAll('.examples[role="list"]').forEach((box) => box.setAttribute("role", "group"));
    document.querySelectorAll('#chat [data-testid][aria-label*="message"]').forEach((message) => {
      message.removeAttribute("aria-label");
    });
    const head = document.querySelector("#title [lang]");
    if (head) document.documentElement.lang = head.lang;
  };
  const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] };
  new MutationObserver(tidy).observe(document.body, changes);

  // The badge: how many articles have come since the page was opened, or since it was last clicked away.
  const badge = document.createElement("button");
  badge.id = "news";
  badge.hidden = true;
  badge.setAttribute("aria-live", "polite");
  document.body.append(badge);
  let known = null;
  const look = async () => {
    try {
      const response = await fetch(`status?known=${known === null ? "" : known}`);
      if (!response.ok) return;
      const now = await response.json();
      if (known === null || now.articles < known) known = now.articles;
      badge.hidden = now.articles <= known;
      badge.textContent = now.news;
      const line = document.getElementById("archive-line");
      if (line) line.textContent = now.line;
    } catch {
      // the server is away; the next look will tell
    }
  };
  badge.addEventListener("click", () => { known = null; look(); });
  look();
  setInterval(look, 3000);
}
