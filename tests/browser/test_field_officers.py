"""What officers ask and reject, on the phone: told at home, listed, read and answered without a network."""

from __future__ import annotations

from playwright.sync_api import expect

from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import accounts
from fieldapp.services.review_visit import review_visit
from tests.browser.phones import Field, Phone, field_app, kept_demonstration

__all__ = ["field_app", "kept_demonstration"]


def _review(field_app: Field, content: str, step: ReviewStep, text: str) -> None:
    (stored,) = field_app.visits(content)
    with field_app.context.reading() as connection:
        officer = accounts.find_by_name(connection, "officer")
    assert officer is not None
    review_visit(
        field_app.context,
        stored["id"],
        step,
        text=text,
        revision=stored["revision"],
        seen=Review.SUBMITTED,
        by=Person(Role.BUREAU_OFFICER, user_id=officer["id"]),
    )


def _logged(phone: Phone, *contents: str) -> None:
    for content in contents:
        phone.log_visit(content)
        phone.says("全部已发送")


def test_an_officers_question_is_shown_and_answered_without_a_network(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.ready_for_offline()
    _logged(phone, "等待提问")
    _review(field_app, "等待提问", ReviewStep.QUESTION, "培训了多少人?")
    phone.tap_text("立即发送")
    expect(page.locator(".visits .card").first).to_contain_text("有问题待您答复：培训了多少人?")
    phone.offline()
    page.locator(".visits .card a").first.tap()
    page.get_by_label("您的答复").fill("二十三人")
    page.get_by_role("button", name="发送答复").tap()
    expect(page.locator(".talk")).to_contain_text("您的答复，尚在本机")
    phone.offline(False)
    phone.says("全部已发送")
    expect(page.locator(".talk")).not_to_contain_text("尚在本机")
    expect(page.locator(".talk .note-answer")).to_contain_text("二十三人")


def test_home_leads_to_the_visit_that_was_asked_about_or_rejected(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.ready_for_offline()
    told = page.locator(".noted")
    expect(told).to_be_hidden()
    _logged(phone, "问到的", "驳回的")
    _review(field_app, "问到的", ReviewStep.QUESTION, "培训了多少人?")
    _review(field_app, "驳回的", ReviewStep.REJECT, "照片不是当天的")
    page.goto(f"{field_app.url}/field/#/")
    phone.tap_text("立即发送")
    expect(told).to_contain_text("1 条服务日志有问题待您答复")
    expect(told).to_contain_text("1 条服务日志被驳回")
    told.get_by_role("link", name="被驳回").tap()
    expect(page.locator(".talk .note-rejection")).to_contain_text("驳回，")
    expect(page.locator(".facts")).to_contain_text("证据等级")
    page.goto(f"{field_app.url}/field/#/visits")
    rejected = page.locator(".visits .card", has_text="驳回的")
    expect(rejected).to_contain_text("驳回原因：照片不是当天的")
    asked = page.locator(".visits .card", has_text="问到的")
    asked.locator("a").tap()
    page.get_by_label("您的答复").fill("二十三人")
    phone.offline()
    page.get_by_role("button", name="发送答复").tap()
    page.goto(f"{field_app.url}/field/#/")
    expect(told).not_to_contain_text("待您答复")


def test_home_leads_to_the_list_of_those_rejected_where_they_are_several(field_app: Field) -> None:
    phone = field_app.phone()
    page = phone.ready_for_offline()
    _logged(phone, "驳回之一", "没有问题", "驳回之二")
    for content in ("驳回之一", "驳回之二"):
        _review(field_app, content, ReviewStep.REJECT, "照片不是当天的")
    page.goto(f"{field_app.url}/field/#/")
    phone.tap_text("立即发送")
    page.locator(".noted").get_by_role("link", name="2 条服务日志被驳回").tap()
    expect(page.locator("h1")).to_have_text("被驳回的服务")
    cards = page.locator(".visits .card")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("驳回之二")
    expect(cards.nth(1)).to_contain_text("驳回之一")
    page.get_by_role("link", name="我的全部服务").tap()
    expect(cards.filter(has_text="没有问题")).to_have_count(1)
