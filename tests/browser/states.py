"""
Every state of the page that a person can bring about, by name, each from the ones before it.

The stories, the pictures and the soaks all walk through these, so that a state is made in one
place. A state is left as it is seen: what is open stays open until the next one begins.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from playwright.sync_api import Page

Show = Callable[[Page, "Words"], None]
IDLE = """() => !document.querySelector("article[aria-busy]")
  && (document.documentElement.dataset.turns || "0") === "0" """


@dataclass(frozen=True)
class Words:
    """What somebody types in one language."""

    question: str
    unknown: str
    courtesy: str
    vague: str
    name: str
    title: str
    text: str
    changed: str

    def marked(self, mark: str) -> "Words":
        """Return the words with a document that is called otherwise, and says so."""
        title = f"{self.title}{mark}"
        text, changed = (f"{one}\n{title}\n" for one in (self.text, self.changed))
        return replace(self, title=title, text=text, changed=changed)


WORDS = {
    "ja": Words(
        "社外秘の見積書を生成AIに入力してよいですか?",
        "社員食堂の今日の日替わりは何ですか?",
        "こんにちは",
        "それについて教えて",
        "見積書のこと",
        "旅費規程",
        "# 旅費規程\n\n## 第1条(日当)\n\n国内出張の日当は3,000円とする。\n",
        "# 旅費規程\n\n## 第1条(日当)\n\n国内出張の日当は3,500円とする。\n",
    ),
    "en": Words(
        "May I enter a confidential quotation into generative AI?",
        "What is on the canteen's menu today?",
        "Hello",
        "Tell me about it",
        "About the quotation",
        "Travel policy",
        "# Travel policy\n\n## 1. Per diem\n\nThe domestic per diem is 30 dollars.\n",
        "# Travel policy\n\n## 1. Per diem\n\nThe domestic per diem is 35 dollars.\n",
    ),
}


def idle(page: Page) -> None:
    """Wait until nothing is being made on the page."""
    page.wait_for_load_state()
    page.wait_for_function(IDLE, timeout=90_000)


def ask(page: Page, question: str) -> None:
    """Ask where one is, and wait for the whole answer."""
    talk = "/t/" in page.url
    page.fill("#ask", question)
    page.keyboard.press("Enter")
    if not talk:
        page.wait_for_url("**/t/**")
    idle(page)


def go(page: Page, path: str) -> None:
    """Open a page of the house."""
    page.goto(path)
    idle(page)


def first_page(page: Page, words: Words) -> None:
    """The page one opens first."""
    go(page, "/")


def answer(page: Page, words: Words) -> None:
    """An answer with its sources."""
    go(page, "/")
    ask(page, words.question)


def source(page: Page, words: Words) -> None:
    """The source of an answer beside it."""
    page.locator(".turn").last.locator(".cite a, .srcs a").first.click()
    page.wait_for_selector(".drawer:target")


def reasons(page: Page, words: Words) -> None:
    """The reasons why an answer did not help, one of which is chosen."""
    page.keyboard.press("Escape")
    page.locator(".turn").last.locator("details > summary").first.click()


def unknown(page: Page, words: Words) -> None:
    """A question that the documents do not answer."""
    ask(page, words.unknown)


def courtesy(page: Page, words: Words) -> None:
    """A greeting."""
    ask(page, words.courtesy)


def vague(page: Page, words: Words) -> None:
    """A question that is asked back."""
    ask(page, words.vague)


def talk_menu(page: Page, words: Words) -> None:
    """What can be done with a talk."""
    if not page.locator("#rail").is_visible():
        page.locator("[popovertarget=rail]").click()
    page.locator("[popovertarget=more]").click()
    page.locator("#more summary").click()


def shared(page: Page, words: Words) -> None:
    """An answer shared with others, as the one who shared it sees it."""
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(".tools form[action$='/share'] button").first.click()
    page.wait_for_url("**/s/**")


def talks(page: Page, words: Words) -> None:
    """All talks, and the links that were made."""
    go(page, "/talks")


def no_talks(page: Page, words: Words) -> None:
    """A search among the talks that finds nothing."""
    go(page, "/talks?find=zzzz")


def leaf(page: Page, words: Words) -> None:
    """The page of a document with the quoted line lit."""
    go(page, "/")
    ask(page, words.question)
    source(page, words)
    leads = ".drawer:target a[href*='/documents/'], .drawer:target a[href^='/source']"
    page.locator(leads).first.click()
    page.wait_for_load_state()


def dialog(page: Page, words: Words) -> None:
    """The first question of the dialog."""
    go(page, "/choose")


def half_way(page: Page, words: Words) -> None:
    """A later question, with the result so far beside it."""
    go(page, "/choose")
    for _ in range(3):
        forward(page)


def forward(page: Page) -> None:
    """Answer one question of the dialog, with its second option."""
    options = page.locator(".opts button")
    following = options.nth(1) if options.count() else page.locator("form.form .primary").first
    following.click()
    idle(page)


def result(page: Page, words: Words) -> None:
    """The result as one sheet."""
    go(page, "/choose")
    for _ in range(25):
        if page.locator(".sheet").count():
            break
        forward(page)
    page.evaluate("scrollTo(0, 0)")


def tab(number: int) -> Show:
    """Return what opens one of the parts of the result."""

    def opened(page: Page, words: Words) -> None:
        page.locator(".tabs a").nth(number).click()
        for fold in page.locator(".panel:visible details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()

    return opened


def tried(page: Page, words: Words) -> None:
    """Another answer tried on the result."""
    page.locator(".tabs a").first.click()
    fieldset = page.locator(".what details > summary")
    if fieldset.count() and fieldset.first.is_visible():
        fieldset.first.click()
    page.locator(".what fieldset label:visible").first.click()
    page.wait_for_function("() => !document.querySelector('#board[aria-busy=true]')")


def decisions(page: Page, words: Words) -> None:
    """What was decided before."""
    go(page, "/decisions")


def compared(page: Page, words: Words) -> None:
    """Two decisions side by side."""
    boxes = page.locator("[name=run]")
    for number in range(min(2, boxes.count())):
        boxes.nth(number).check()
    runs = [boxes.nth(n).get_attribute("value") for n in range(min(2, boxes.count()))]
    go(page, f"/decisions?{'&'.join([f'run={run}' for run in runs])}")


def demo(page: Page, words: Words) -> None:
    """How an answer is made, as a picture."""
    go(page, "/demo")


def traced(page: Page, words: Words) -> None:
    """The same for a question of one's own."""
    page.fill("#ask", words.question)
    page.keyboard.press("Enter")
    idle(page)


def show(page: Page, words: Words) -> None:
    """The demo before an audience, its third screen."""
    go(page, "/demo?present=1")
    page.locator("[data-screen='3']").click()
    idle(page)


def documents(page: Page, words: Words) -> None:
    """The list of documents."""
    go(page, "/knowledge")


def send(page: Page, name: str, content: bytes) -> None:
    """Add one file."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#files", [file])
    page.locator("form.drop .primary").click()
    idle(page)


def uploaded(page: Page, words: Words) -> None:
    """What is said of a document that was just added, and the draft that waits."""
    send(page, f"{words.title}.md", words.text.encode())


def refused(page: Page, words: Words) -> None:
    """A file that cannot be taken."""
    send(page, "broken.pdf", b"%PDF-1.7 nothing")


def published(page: Page, words: Words) -> None:
    """A draft that was published."""
    page.locator("#drafts button").first.click()
    idle(page)


def document(page: Page, words: Words) -> None:
    """One document, opened from the list."""
    go(page, "/knowledge")
    page.locator("#shelf .list .link").first.click()
    idle(page)


def versioned(page: Page, words: Words) -> None:
    """A second version of a document: what changed, and which answers with it."""
    go(page, "/knowledge")
    send(page, f"{words.title}.md", words.changed.encode())


def narrowed(page: Page, words: Words) -> None:
    """The list narrowed, with its filter open."""
    go(page, "/knowledge?q=AI")
    page.locator("details.narrow > summary").click()


def ticked(page: Page, words: Words) -> None:
    """Several documents ticked, to be changed at once."""
    go(page, "/knowledge")
    for box in page.locator("#shelf input[type=checkbox]").all()[:2]:
        box.check()
    page.locator("#changing select").first.select_option("audience")


def looked(page: Page, words: Words) -> None:
    """What a change of several would do."""
    page.locator("#changing select").nth(1).select_option("admins")
    page.locator("#changing button.primary, #changing button").first.click()
    idle(page)


def insights(page: Page, words: Words) -> None:
    """What was asked of late."""
    go(page, "/insights")


def asked(page: Page, words: Words) -> None:
    """The questions behind one figure."""
    go(page, "/insights/questions")


def health(page: Page, words: Words) -> None:
    """Whether everything runs."""
    go(page, "/health")


def account(page: Page, words: Words) -> None:
    """Oneself, and the tokens of machines."""
    go(page, "/account")


def token(page: Page, words: Words) -> None:
    """A token that was just made."""
    page.fill("#token-name", "intranet")
    page.locator("form[action='/account/tokens'] .primary").click()
    page.wait_for_load_state()


def nowhere(page: Page, words: Words) -> None:
    """An address that is none."""
    page.goto("/nowhere")


STATES: dict[str, Show] = {
    "first": first_page,
    "answer": answer,
    "answer-source": source,
    "answer-reasons": reasons,
    "answer-unknown": unknown,
    "answer-courtesy": courtesy,
    "answer-vague": vague,
    "talk-menu": talk_menu,
    "talk-shared": shared,
    "talks": talks,
    "talks-none": no_talks,
    "leaf": leaf,
    "dialog": dialog,
    "dialog-half": half_way,
    "result": result,
    "result-tab1": tab(1),
    "result-tab2": tab(2),
    "result-tab3": tab(3),
    "result-tried": tried,
    "decisions": decisions,
    "decisions-compared": compared,
    "demo": demo,
    "demo-traced": traced,
    "demo-show": show,
    "documents": documents,
    "documents-uploaded": uploaded,
    "documents-refused": refused,
    "documents-published": published,
    "documents-opened": document,
    "documents-versioned": versioned,
    "documents-narrowed": narrowed,
    "documents-ticked": ticked,
    "documents-looked": looked,
    "insights": insights,
    "insights-asked": asked,
    "health": health,
    "account": account,
    "account-token": token,
    "nowhere": nowhere,
}


def walk(
    page: Page, language: str, mark: str = "", names: Sequence[str] = tuple(STATES)
) -> Iterator[str]:
    """
    Bring the page into one state after the other, and yield the name of each. `mark` sets the
    document that is added apart from those of other walks through the same house.
    """
    words = WORDS[language].marked(mark)
    page.goto(f"/?lang={language}")
    for name in names:
        STATES[name](page, words)
        yield name
