"""What a person sees and does on the page, in a real browser: both languages, light and dark, phone and desktop."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import CUT, FOCUS_LOST, TORN, WIDE, violations
from tests.browser.states import ask, forward, walk

pytestmark = [pytest.mark.early, pytest.mark.timeout(600)]  # a house is furnished first
QUESTIONS = (
    "社外秘の見積書を生成AIに入力してよいですか?",
    "RAGは社内文書をすべて学習するのですか?",
    "生成AIを使うのに研修は必要ですか?",
)


def top_of(page: Page, selector: str) -> float:
    return page.locator(selector).last.bounding_box()["y"]


def test_three_questions_in_a_row_stand_at_the_top_of_the_window(opened, axe):
    page = opened()
    page.goto("/")
    expect(page.locator("#ask")).to_be_focused()
    for question in QUESTIONS:
        ask(page, question)
        expect(page.locator(".turn h2").last).to_have_text(question)
        assert 0 <= top_of(page, ".turn h2") < 120
        composer = page.locator(".composer").bounding_box()
        assert composer["y"] + composer["height"] <= 901
    assert page.locator(".turn").count() == 3
    assert violations(page, axe) == []

    # a source opens beside the page with its words marked; Esc closes it and the focus comes back
    cite = page.locator(".turn").last.locator(".cite a").first
    cite.click()
    drawer = page.locator(".drawer:target")
    expect(drawer.locator("mark").first).to_be_visible()
    expect(drawer.locator("h2")).to_be_focused()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(cite).to_be_focused()

    # the outcome of a press stands where it was pressed, within view
    page.locator(".turn").last.locator("button[aria-label=役に立った]").click()
    note = page.locator(".turn").last.locator(".note.ok")
    expect(note).to_be_in_viewport()
    page.locator(".turn").last.locator("[data-copy]").click()
    expect(page.locator(".turn").last.locator(".tools output")).to_have_text(
        "出典つきでコピーしました"
    )
    assert QUESTIONS[2] in page.evaluate("navigator.clipboard.readText()")

    # going away and back shows the talk, and so does another browser of the same person
    talk = page.url.partition("#")[0]
    page.goto("/health")
    page.go_back()
    assert page.locator(".turn").count() == 3
    other = opened("phone", dark=True)
    other.goto(talk)
    assert other.locator(".turn").count() == 3


@pytest.mark.parametrize(("size", "language"), [("desktop", "ja"), ("phone", "en")])
def test_a_source_leads_on_to_the_page_of_its_document_with_the_line_lit(opened, size, language):
    page = opened(size, language=language)
    page.goto("/")
    ask(page, QUESTIONS[0])
    page.locator(".turn").last.locator(".cite a").first.click()
    quote = page.locator(".drawer:target mark").first.inner_text()
    name = "元のページで見る" if language == "ja" else "See it on its page"
    page.locator(".drawer:target").get_by_role("link", name=name).click()
    page.wait_for_url("**/documents/**")
    lit = page.locator(":target")
    expect(lit).to_be_in_viewport()
    assert quote[:10] in lit.inner_text()
    assert page.evaluate(WIDE) <= 0
    # whichever pages of the document are leafed through, one press leads back to the source
    way = page.get_by_role("link", name="回答に戻る" if language == "ja" else "Back to the answer")
    leaf = page.locator("a[rel=next],a[rel=prev]").first
    if leaf.count():
        leaf.click()
    way.click()
    expect(page.locator(".drawer:target mark").first).to_contain_text(quote[:10])


def test_a_talk_is_found_renamed_shared_and_deleted(opened, axe):
    page = opened()
    page.goto("/")
    ask(page, QUESTIONS[2])
    talk = page.url.partition("#")[0]
    page.locator(".rail [popovertarget=more]").click()
    page.fill("#rename", "研修のこと")
    page.locator("#more form").first.locator("button").click()
    expect(page.locator(".rail [aria-current=page]")).to_have_text("研修のこと")
    page.fill(".rail input[name=find]", "研修の")
    expect(page.locator(".rail li[data-talk]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(1)
    assert violations(page, axe) == []

    page.goto(talk)
    page.locator(".tools form[action$='/share'] button").first.click()
    shared = page.url
    assert "/s/" in shared
    expect(page.locator(".solo .lead")).to_be_visible()
    assert page.locator(".solo .tools").count() == 0
    assert violations(page, axe) == []
    page.locator("form[action$='/end'] button").click()
    assert page.goto(shared).status == 404

    page.goto(talk)
    page.locator(".rail [popovertarget=more]").click()
    page.locator("#more details summary").click()
    page.locator("#more details button").click()
    assert page.goto(talk).status == 404


IN_VIEW = """() => {
  const place = [...document.querySelectorAll('#turns article')].pop().getBoundingClientRect();
  return place.top > -5 && place.top < innerHeight * 0.8;
}"""


def answer_all(page: Page) -> None:
    """Go through the dialog to its result, the second option each time."""
    page.goto("/choose")
    while not page.locator(".sheet").count():
        assert page.locator(".opts [aria-pressed=true]").count() == 0
        forward(page)
        page.wait_for_function(IN_VIEW, timeout=5000)


def test_the_dialog_leads_to_one_sheet_that_speaks_both_languages(opened, axe):
    page = opened()
    answer_all(page)
    assert violations(page, axe) == []
    for part in (".verdict h2", ".bars", ".board .primary", ".tabs"):
        expect(page.locator(part).first).to_be_visible()
    chips = page.locator(".what fieldset").first.locator("label")
    before = page.locator("#board").inner_text()
    for number in range(chips.count()):
        chips.nth(number).click()
        expect(page.locator("#board")).not_to_have_attribute("aria-busy", "true")
    assert page.locator(".what .moved").count() <= 1
    expect(page.locator("[data-outcome]")).not_to_be_empty()
    assert before
    tabs = page.locator(".tabs a")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        assert page.locator(".panel:visible").count() == 1
    assert violations(page, axe) == []
    page.locator(".rail a[hreflang=en]").click()
    assert page.locator("html").get_attribute("lang") == "en"
    sheet = page.locator(".sheet").inner_text()
    assert "Points" not in sheet or "点数" not in sheet
    assert not any("\u3040" <= sign <= "\u30ff" for sign in page.locator(".tabs").inner_text())
    page.goto("/decisions")
    decided = page.locator(".list tbody tr").first
    expect(decided.locator("[data-l='Suggested']")).not_to_contain_text("Suggested")
    expect(decided.locator("[data-l='Review date']")).to_have_text(re.compile(r"20\d\d-\d\d-\d\d"))
    page.locator(".list tbody tr .link").first.click()
    expect(page.locator(".sheet")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.locator(".sheet .panel:visible")).to_have_count(1)
    expect(page.locator("#trial")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") < 4000


STATES = (
    "first",
    "answer",
    "answer-source",
    "leaf",
    "dialog",
    "demo",
    "documents-narrowed",
    "decisions",
    "talks",
    "insights",
    "insights-asked",
    "health",
    "account",
)


@pytest.mark.parametrize(
    ("size", "dark", "language"),
    [("desktop", True, "ja"), ("narrow", False, "en")],
)
def test_every_page_fits_and_can_be_read_by_everybody(opened, axe_here, size, dark, language):
    page = opened(size, dark=dark, language=language)
    for state in walk(page, language, names=STATES):
        assert page.evaluate(WIDE) <= 0, state
        assert page.evaluate(CUT) == [], state
        assert page.evaluate(TORN) == [], state
        assert page.evaluate(FOCUS_LOST) == "", state
        assert violations(page, axe_here) == [], state


def test_drafts_wait_on_the_documents_page_and_many_are_published_at_once(opened, axe, tmp_path):
    texts = {
        "旅費規程": "日当は3,000円とする。",
        "慶弔規程": "結婚祝金は3万円とする。",
        "下書き": "未定とする。",
    }
    files = []
    for title, text in texts.items():
        path = tmp_path / f"{title}.md"
        path.write_text(f"# {title}\n\n## 第1条\n\n{text}\n", encoding="utf-8")
        files.append(path)
    page = opened()
    page.goto("/knowledge")
    page.set_input_files("#files", files)
    page.get_by_role("button", name="登録する", exact=True).click()
    drafts = page.locator("#drafts")
    expect(drafts.locator("h2")).to_have_text("公開待ちの資料 3件", timeout=60000)
    assert violations(page, axe) == []
    drafts.get_by_label("下書き").uncheck()
    drafts.get_by_role("button", name="選んだ資料を公開").click()
    done = page.locator("#turns article").last
    expect(done).to_contain_text("「旅費規程」v1 を公開しました")
    expect(done).to_contain_text("「慶弔規程」v1 を公開しました")
    expect(done).to_be_in_viewport()
    expect(page.locator("#drafts h2")).to_have_text("公開待ちの資料 1件")
    assert page.locator(".rail .count").inner_text().startswith("1")
    page.locator("#drafts summary").click()
    page.locator("#drafts details button").click()
    expect(page.locator("#turns article").last).to_contain_text("下書きを削除しました")
    expect(page.locator("#drafts h2")).to_have_count(0)

    # several that are ticked in the list: looked at first, done, and taken back
    page.goto("/knowledge?q=規程")
    shelf = page.locator("#shelf tbody tr")
    narrowed = shelf.count()
    for title in ("旅費規程", "慶弔規程"):
        shelf.filter(has_text=title).get_by_role("checkbox").check()
    expect(page.get_by_label("新しい閲覧範囲")).to_be_hidden()
    page.get_by_label("変更の内容").select_option("audience")
    page.get_by_label("新しい閲覧範囲").select_option("admins")
    assert violations(page, axe) == []
    page.get_by_role("button", name="変更内容を確認").click()
    looked = page.locator("#turns article").last
    expect(looked).to_contain_text("資料2件の閲覧範囲を変えます")
    expect(looked).to_be_in_viewport()
    expect(shelf.filter(has_text="旅費規程")).to_contain_text("全員")
    page.wait_for_function("() => document.documentElement.dataset.turns === '0'")
    assert looked.evaluate("one => one.contains(document.activeElement)")
    assert violations(page, axe) == []
    looked.get_by_role("button", name="実行する(2件)").click()
    done = page.locator("#turns article").last
    expect(done).to_contain_text("2件のうち2件を変更しました")
    expect(done).to_be_in_viewport()
    expect(shelf.filter(has_text="旅費規程")).to_contain_text("管理者")
    expect(shelf).to_have_count(narrowed)
    done.get_by_role("button", name="元に戻す").click()
    expect(shelf.filter(has_text="旅費規程")).to_contain_text("全員")


def test_before_an_audience_the_arrows_turn_five_screens(opened, axe):
    page = opened(language="en")
    page.goto("/demo")
    page.get_by_role("link", name="Presenter view").click()
    assert not page.locator(".rail").is_visible()
    current = page.locator(".show [aria-current]")
    expect(current).to_have_text("1")
    for number in range(2, 6):
        page.keyboard.press("ArrowRight")
        expect(current).to_have_text(str(number), timeout=20000)
        expect(page.locator("#turns h2").first).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    expect(current).to_have_text("4", timeout=20000)
    assert page.evaluate(WIDE) <= 0
    assert violations(page, axe) == []
    page.get_by_role("link", name="End presentation").click()
    expect(page.locator("#ask")).to_be_visible()


def test_without_a_script_one_reads_asks_and_opens_sources(opened):
    page = opened(scripts=False)
    page.goto("/")
    page.fill("#ask", QUESTIONS[2])
    page.locator(".box button").click()
    page.wait_for_url("**/t/*")
    while page.locator("[aria-busy=true]").count():
        page.wait_for_load_state()
        page.reload()
    expect(page.locator(".lead")).to_be_visible()
    page.locator(".srcs a").first.click()
    expect(page.locator(".drawer:target mark").first).to_be_visible()
    page.locator(".drawer:target a[href^='/source']").last.click()
    expect(page.locator("main mark").first).to_be_visible()
    page.goto("/knowledge")
    page.locator(".list .link").first.click()
    expect(page.locator("#turns article")).to_be_visible()


def test_a_page_is_light(opened):
    page = opened()
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    page.goto("/")
    page.wait_for_load_state("networkidle")

    assert len(sizes) <= 8
    assert sum(sizes) <= 100_000


def test_a_lost_connection_keeps_what_was_typed_and_says_so_until_it_is_back(opened, served):
    page = opened()
    page.goto("/")
    ask(page, QUESTIONS[2])
    served.end()
    page.fill("#ask", QUESTIONS[1])
    page.keyboard.press("Enter")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#ask")).to_have_value(QUESTIONS[1])
    assert page.locator("[aria-busy=true]").count() == 0
    served.start()
    expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
    page.locator("#ask").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".turn h2").last).to_have_text(QUESTIONS[1])
    expect(page.locator(".turn").last.locator(".lead")).to_be_visible(timeout=15_000)
