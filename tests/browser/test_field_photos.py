"""Pictures that the phone cannot read: said at once, kept as they are, and left out with one tap."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phones import Field, Phone, field_app, kept_demonstration, picture

__all__ = ["field_app", "kept_demonstration"]

# What begins like a picture of an iPhone, and is none that any browser draws.
BROKEN = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x07" * 2_000_000


def _choose_among_files(phone: Phone, content: bytes, name: str, media_type: str) -> None:
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator(".all-files label").tap()
    chooser.value.set_files({"name": name, "mimeType": media_type, "buffer": content})


def test_a_photo_whose_type_nobody_tells_is_chosen_among_all_files(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/record")
    asked = page.evaluate(
        """() => [...document.querySelectorAll(".field-photos input[type=file]")]
          .map((input) => [input.accept, input.getAttribute("capture"), input.multiple])"""
    )
    # The camera and the gallery ask for images; the third choice greys nothing out.
    assert asked == [["image/*", "environment", False], ["image/*", None, True], ["", None, True]]
    _choose_among_files(phone, picture(4), "photo", "application/octet-stream")
    expect(page.locator(".photos img")).to_have_count(1)
    _choose_among_files(phone, b"%PDF-1.7 no picture", "通知.pdf", "application/pdf")
    expect(page.locator(".field-photos .fault")).to_contain_text("通知.pdf")
    expect(page.locator(".photos img")).to_have_count(1)


def _take_unreadable(phone: Phone) -> None:
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator("label.button", has_text="从相册选").tap()
    chooser.value.set_files({"name": "broken.heic", "mimeType": "image/heic", "buffer": BROKEN})


def test_a_picture_that_the_phone_cannot_read_is_told_at_once_and_can_be_left_out(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/record")
    phone.take_photo(picture(3))
    expect(page.locator(".photos img")).to_have_count(1)
    _take_unreadable(phone)
    told = page.locator(".photo-unread")
    expect(told).to_contain_text("本机读不出照片 2（broken.heic，2 MB）")
    expect(page.locator(".photos")).to_contain_text("照片 2：本机读不出")
    expect(page.locator(".field-photos")).not_to_contain_text("不在本机")
    covered = page.evaluate(
        """() => [...document.querySelectorAll(".photos .undrawn")].some((tile) => {
          const words = document.createRange();
          words.selectNodeContents(tile.querySelector(".photo-gone"));
          const button = tile.parentElement.querySelector(".photo-remove").getBoundingClientRect();
          const { top, bottom } = words.getBoundingClientRect();
          return top < button.bottom - 1 || bottom > tile.getBoundingClientRect().bottom;
        })"""
    )
    assert not covered
    # Kept with the draft, and told again, after the tab was killed.
    phone.kill()
    page = phone.open("#/record")
    told = page.locator(".photo-unread")
    expect(told).to_have_count(1)
    told.get_by_role("button", name="不附照片 2").tap()
    expect(told).to_have_count(0)
    expect(page.locator(".photos li")).to_have_count(1)
    expect(page.locator(".photos img")).to_have_count(1)


def test_who_keeps_an_unreadable_picture_loses_nothing_of_it(field_app: Field) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/record")
    _take_unreadable(phone)
    expect(page.locator(".photo-unread")).to_be_visible()
    phone.log_visit("照片读不出")
    page.locator(".visits .card a").first.tap()
    expect(page.locator(".visit .photos")).to_contain_text("照片 1：本机读不出")
    size = page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("fieldapp").onsuccess = ({ target: { result: database } }) => {
            database.transaction("pictures").objectStore("pictures").getAll().onsuccess = ({ target }) => {
              database.close();
              done(target.result[0].bytes.byteLength);
            };
          };
        })"""
    )
    assert size == len(BROKEN)
    page.goto(f"{field_app.url}/field/#/visits")
    expect(page.locator(".visits .card").first).to_contain_text("有 1 张照片本机读不出")
    page.goto(f"{field_app.url}/field/#/")
    page.locator(".noted").get_by_role("link", name="有 1 张照片本机读不出").tap()
    expect(page.locator(".visit .content")).to_have_text("照片读不出")


def test_a_photo_that_the_server_refuses_is_named_and_the_visit_is_said_to_be_received(
    field_app: Field,
) -> None:
    phone = field_app.phone()
    phone.ready_for_offline()
    phone.offline()
    page = phone.open("#/record")
    for number, content in enumerate((picture(5), b"a text by the name of a photo", b"<svg/>", picture(6))):
        phone.take_photo(content)
        expect(page.locator(".photos li")).to_have_count(number + 1)
    phone.log_visit("两张不是照片")
    phone.offline(False)
    phone.says("除 1 条需处理外，已发送")
    card = page.locator(".visits .card").first
    expect(card).to_contain_text("日志已收到，2 张照片未收")
    card.locator("a").tap()
    told = page.locator(".visit .notice-bad")
    expect(told).to_contain_text("服务器已收到本条日志，但有 2 张照片未接收")
    expect(told).not_to_contain_text("服务器未接收")
    expect(told.locator(".refused-photo")).to_have_count(2)
    expect(told.locator(".refused-photo").first).to_contain_text("照片 2（IMG_0001.jpg）：")
    expect(told.get_by_role("button", name="放弃本机修改")).to_have_count(0)
    told.get_by_role("button", name="不附照片 3").tap()
    expect(told.locator(".refused-photo")).to_have_count(1)
    told.get_by_role("button", name="不附照片 2").tap()
    phone.says("全部已发送")
    expect(told).to_have_count(0)
    (stored,) = field_app.visits("两张不是照片")
    assert stored["revision"] > 1
