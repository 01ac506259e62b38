// Light, dark, or as the system says. The page's first script has set what was kept before anything is drawn.
const system = matchMedia("(prefers-color-scheme: dark)");

function kept() {
  try {
    return localStorage.getItem("theme") ?? "auto";
  } catch {
    return "auto"; // storage is closed: the choice lasts as long as the page
  }
}

function keep(choice) {
  try {
    if (choice === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch {
    // storage is closed: the choice lasts as long as the page
  }
}

export function themeSwitch() {
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];
  let choice = kept();
  const show = () => {
    const dark = choice === "auto" ? system.matches : choice === "dark";
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choice = button.dataset.themeChoice;
      keep(choice);
      show();
    });
  }
  system.addEventListener("change", show);
  show();
}
