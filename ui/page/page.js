// Runs once when the page is there. Everything is delegated: Gradio renders its parts anew all the time.
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
}
