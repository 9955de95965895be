// Inside a chat platform: asks it who sits here, and exchanges its word for a session of ours.
const show = (name) => { for (const one of document.querySelectorAll("[data-trouble]")) one.hidden = one.dataset.trouble !== name; };
const within = (promise, ms) => Promise.race([promise, new Promise((_, no) => setTimeout(() => no(new Error("late")), ms))]);
(async () => {
  const teams = window.microsoftTeams;
  if (!teams || window.parent === window) return show("outside");
  let token, locale;
  try {
    await within(teams.app.initialize(), 10000);
    locale = (await teams.app.getContext()).app.locale || "";
    token = await within(teams.authentication.getAuthToken(), 30000);
  } catch { return show("refused"); }
  try {
    const answer = await fetch("/tab/signin", { method: "POST", body: new URLSearchParams({ token }) });
    if (!answer.ok) return show((await answer.json()).trouble);
    if (!(await fetch("/tab/there")).ok) return show("cookies");
  } catch { return show("away"); }
  location.replace(`/?lang=${locale.startsWith("ja") ? "ja" : "en"}`);
})();
