"""The registers keep people, institutions and products by right, on what was seen, and with their history."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import insert, select

from fieldapp.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.add_commissioner import add_commissioner
from fieldapp.services.change_commissioner import change_commissioner
from fieldapp.services.change_institution import add_institution, change_institution, merge_institutions
from fieldapp.services.change_product import add_product, change_product, retire_product
from fieldapp.services.context import Context
from fieldapp.services.feature_product import feature_product, unfeature_product
from fieldapp.services.list_commissioners import CommissionerQuery, list_commissioners
from fieldapp.services.list_institutions import InstitutionQuery, list_institutions
from fieldapp.services.list_products import ProductQuery, list_products, show_product
from fieldapp.services.list_townships import TownshipQuery, list_townships
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.merge_commissioners import merge_commissioners, preview_merge
from fieldapp.services.outdated import OutdatedError
from fieldapp.services.product_photos import MOST_PHOTOS, add_photo, photo_file, remove_photo
from fieldapp.services.retire_commissioner import StillServingError, retire_commissioner
from fieldapp.services.show_commissioner import show_commissioner
from fieldapp.services.show_township import show_township
from fieldapp.services.view_phone import view_phone
from tests.accounts import make_account
from tests.services.small_register import (
    LALIN,
    PINGFANG,
    SHANHE,
    audit_count,
    bring_in,
    fill,
    rows,
    write_csv,
)

BUREAU = Person(Role.BUREAU_OFFICER)
VIEWER = Person(Role.VIEWER)
WUCHANG = Person(Role.COUNTY_OFFICER, county_codes=frozenset({"230184"}))
PINGFANG_OFFICER = Person(Role.COUNTY_OFFICER, county_codes=frozenset({"230108"}))
ZHANG = Person(Role.COMMISSIONER, commissioner_id="C-0001")
WHO = {"by": BUREAU, "actor": "officer"}
TODAY = date(2026, 11, 22)
RICE = {"name": "山河大米", "category": "grain", "scale": "12 万亩", "value_wan_yuan": "8,600.50"}


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def _given(context: Context, commissioner_id: str, **changed: object) -> dict[str, object]:
    record = show_commissioner(context, commissioner_id, by=BUREAU).record
    kept = ("name", "pinyin", "kind", "institution", "specialties", "capacity", "phone", "note")
    position = {"home_lon": record["home"].x, "home_lat": record["home"].y}
    return {key: record[key] for key in kept} | position | changed


def _names(context: Context, by: Person = BUREAU, **asked: object) -> list[str]:
    return [line.name for line in list_commissioners(context, CommissionerQuery(**asked), by=by).lines]  # type: ignore[arg-type]


def _photo(colour: str = "red", kind: str = "JPEG", size: tuple[int, int] = (800, 600)) -> bytes:
    content = io.BytesIO()
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    exif[0x010F] = "the maker of the camera"
    image.save(content, kind, exif=exif)
    return content.getvalue()


def test_commissioners_are_listed_in_pinyin_order_and_found_by_what_is_known(register: Context) -> None:
    assert _names(register) == ["李四", "王五", "张三"]
    assert _names(register, search="zs") == ["张三"]
    assert _names(register, specialty="crops") == ["张三"]
    assert _names(register, county="230184") == ["张三"]
    assert _names(register, free=True) == ["李四", "王五"]
    assert _names(register, institution="哈尔滨市农业科学院") == ["王五"]
    assert _names(register, sort="name", descending=True) == ["张三", "王五", "李四"]
    assert _names(register, ZHANG) == ["张三"]
    found = list_commissioners(register, CommissionerQuery(search="zs"), by=BUREAU).lines[0]
    assert (found.serving, found.free, found.townships, found.phone) == (1, 0, ("拉林满族镇",), "138****0001")


def test_a_commissioner_is_added_under_the_next_id(register: Context) -> None:
    given = {"name": "赵六", "kind": "individual", "institution": "东北农业大学", "specialties": ["fungi"]}
    new_id = add_commissioner(register, given, **WHO)
    record = show_commissioner(register, new_id, by=BUREAU).record
    assert (new_id, record["pinyin"], record["capacity"], record["specialties"]) == (
        "C-0004",
        "zhao liu",
        1,
        ("fungi",),
    )
    with pytest.raises(ConflictError, match="C-0004") as alike:
        add_commissioner(register, given, **WHO)
    assert alike.value.code == "commissioner.alike"
    assert add_commissioner(register, given, even_if_alike=True, **WHO) == "C-0005"


def test_every_entry_that_cannot_be_used_is_named_and_nothing_is_written(register: Context) -> None:
    before = audit_count(register)
    given = {"name": "", "kind": "x", "institution": "没有的大学", "capacity": "-1", "phone": "abc"}
    with pytest.raises(InvalidInputError) as refused:
        add_commissioner(register, given | {"home_lon": "400", "specialties": ["nothing"]}, **WHO)
    assert {fault.pointer for fault in refused.value.faults} == {
        "/name", "/kind", "/institution", "/capacity", "/phone", "/home_lon", "/specialties"
    }  # fmt: skip
    assert audit_count(register) == before


def test_a_masked_phone_stays_and_what_differs_is_told_to_the_log(register: Context) -> None:
    change_commissioner(register, "C-0001", _given(register, "C-0001", capacity="3"), revision=1, **WHO)
    record = rows(register, schema.commissioners, schema.commissioners.c.id)[0]
    assert (record["phone"], record["capacity"], record["revision"]) == ("13800000001", 3, 2)
    event = rows(register, schema.audit_events, schema.audit_events.c.id)[-1]
    assert (event["action"], event["before"], event["after"]) == (
        "commissioner.changed",
        {"capacity": 1},
        {"capacity": 3},
    )
    change_commissioner(register, "C-0001", _given(register, "C-0001"), revision=2, **WHO)
    assert audit_count(register) == 1  # nothing differed


def test_who_edits_an_outdated_page_is_told_what_changed_and_by_whom(register: Context) -> None:
    was = {"name": "张三", "note": "", "capacity": 1}
    change_commissioner(
        register, "C-0001", _given(register, "C-0001", note="新"), revision=1, by=BUREAU, actor="liu"
    )
    with pytest.raises(OutdatedError, match="liu") as outdated:
        change_commissioner(
            register, "C-0001", _given(register, "C-0001", note="旧"), revision=1, was=was, **WHO
        )
    assert outdated.value.changed == ("note",)
    assert outdated.value.stored["note"] == "新"
    assert show_commissioner(register, "C-0001", by=BUREAU).record["note"] == "新"


def test_a_county_officer_changes_only_those_who_serve_in_the_county(register: Context) -> None:
    given = _given(register, "C-0001", note="县里")
    change_commissioner(register, "C-0001", given, revision=1, by=WUCHANG, actor="county")
    for person, whom in ((WUCHANG, "C-0002"), (PINGFANG_OFFICER, "C-0001"), (VIEWER, "C-0001")):
        with pytest.raises(ForbiddenError):
            change_commissioner(register, whom, given, revision=2, by=person, actor="x")
    with pytest.raises(ForbiddenError):
        show_commissioner(register, "C-0002", by=ZHANG)


def test_a_phone_is_shown_to_those_who_must_call_and_the_look_is_kept(register: Context) -> None:
    assert view_phone(register, "C-0001", by=WUCHANG, actor="county") == "13800000001"
    assert rows(register, schema.audit_events)[-1]["action"] == "phone.viewed"
    for person in (VIEWER, PINGFANG_OFFICER):
        with pytest.raises(ForbiddenError):
            view_phone(register, "C-0001", by=person, actor="x")
        assert show_commissioner(register, "C-0001", by=person).record["phone"] == "138****0001"


def test_nobody_retires_while_serving(register: Context) -> None:
    with pytest.raises(StillServingError, match="拉林满族镇") as serving:
        retire_commissioner(register, "C-0001", TODAY, revision=1, **WHO)
    assert [term["township_code"] for term in serving.value.terms] == [LALIN]
    retire_commissioner(register, "C-0001", date(2027, 1, 1), revision=1, **WHO)
    retire_commissioner(register, "C-0002", TODAY, revision=1, reason="调离", **WHO)
    assert _names(register) == ["王五", "张三"]  # the one whose day is still to come is there
    assert _names(register, retired="yes") == ["李四"]
    retire_commissioner(register, "C-0002", None, revision=2, **WHO)
    assert "李四" in _names(register)


def test_merging_moves_nothing_that_was_recorded_and_shows_it_with_the_one_that_remains(
    register: Context,
) -> None:
    past = {
        "township_code": SHANHE, "commissioner_id": "C-0003", "state": "ended", "end_reason": "term_over",
        "starts_on": date(2024, 1, 1), "ends_on": date(2024, 12, 31),
    }  # fmt: skip
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(insert(schema.assignments), [past])
    day = date(2024, 6, 1)
    before = measure_coverage(register, as_of=day).document()
    preview = preview_merge(register, "C-0003", "C-0002", by=BUREAU)
    assert (preview.former_terms, preview.obstacle) == (1, None)
    merge_commissioners(register, "C-0003", "C-0002", **WHO)
    assert measure_coverage(register, as_of=day).document() == before
    page = show_commissioner(register, "C-0002", by=BUREAU)
    assert page.former_ids == ("C-0003",)
    assert [term["township_code"] for term in page.terms] == [SHANHE]
    assert _names(register, retired="all") == ["李四", "张三"]
    with pytest.raises(ConflictError, match="C-0002"):
        change_commissioner(register, "C-0003", _given(register, "C-0003"), revision=2, **WHO)
    with pytest.raises(ConflictError, match="C-0002"):
        merge_commissioners(register, "C-0003", "C-0001", **WHO)
    merge_commissioners(register, "C-0002", "C-0001", **WHO)  # what was merged before follows
    assert show_commissioner(register, "C-0001", by=BUREAU).former_ids == ("C-0002", "C-0003")


def test_who_still_has_a_term_is_the_one_to_keep(register: Context) -> None:
    with pytest.raises(ConflictError, match="拉林满族镇"):
        merge_commissioners(register, "C-0001", "C-0002", **WHO)
    with pytest.raises(InvalidInputError):
        merge_commissioners(register, "C-0001", "C-0001", **WHO)
    with pytest.raises(ForbiddenError):
        merge_commissioners(register, "C-0002", "C-0001", by=WUCHANG, actor="x")


def test_institutions_are_kept_and_merged_with_their_people(register: Context) -> None:
    new_id = add_institution(register, {"name": "东农", "kind": "university"}, **WHO)
    with pytest.raises(ConflictError):
        add_institution(register, {"name": " 东 农 ", "kind": "university"}, **WHO)
    change_institution(register, new_id, {"name": "东农大", "kind": "university"}, revision=1, **WHO)
    with pytest.raises(OutdatedError):
        change_institution(register, new_id, {"name": "别的", "kind": "other"}, revision=1, **WHO)
    by_name = {line.name: line for line in list_institutions(register, InstitutionQuery(), by=VIEWER)}
    assert by_name["东北农业大学"].people == 2
    assert merge_institutions(register, by_name["东北农业大学"].id, new_id, **WHO) == 2
    found = list_institutions(register, InstitutionQuery(search="dbny"), by=VIEWER)
    assert [(line.name, line.people, line.former_names) for line in found] == [
        ("东农大", 2, ("东北农业大学",))
    ]
    assert show_commissioner(register, "C-0001", by=BUREAU).record["institution"] == "东农大"
    with pytest.raises(ForbiddenError):
        add_institution(register, {"name": "x", "kind": "other"}, by=WUCHANG, actor="x")


def test_a_product_is_kept_with_all_that_is_known_of_it(register: Context) -> None:
    product_id = add_product(register, SHANHE, RICE, by=WUCHANG, actor="county")
    record = show_product(register, product_id, by=WUCHANG).record
    assert (record["value_wan_yuan"], record["scale"]) == (Decimal("8600.50"), "12 万亩")
    with pytest.raises(ConflictError):
        add_product(register, SHANHE, RICE, **WHO)
    with pytest.raises(ForbiddenError):
        add_product(register, PINGFANG, RICE, by=WUCHANG, actor="county")
    with pytest.raises(InvalidInputError) as refused:
        add_product(register, SHANHE, {"name": "x", "category": "grain", "value_wan_yuan": "1.234"}, **WHO)
    assert refused.value.faults[0].pointer == "/value_wan_yuan"
    change_product(register, product_id, RICE | {"brand": "山河"}, revision=1, **WHO)
    with pytest.raises(OutdatedError) as outdated:
        change_product(register, product_id, RICE, revision=1, was={"brand": ""}, **WHO)
    assert outdated.value.changed == ("brand",)
    assert [line.name for line in list_products(register, ProductQuery(search="shdm"), by=BUREAU).lines] == [
        "山河大米"
    ]
    assert list_products(register, ProductQuery(), by=PINGFANG_OFFICER).lines == []
    assert [line.name for line in list_products(register, ProductQuery(), by=ZHANG).lines] == ["拉林大米"]


def revision_of(context: Context, product_id: int) -> int:
    return int(show_product(context, product_id, by=BUREAU).record["revision"])


def test_two_officers_at_one_featured_product_do_not_undo_each_other_unknowingly(register: Context) -> None:
    first = rows(register, schema.products)[0]["id"]
    second = add_product(register, LALIN, RICE | {"name": "拉林木耳"}, **WHO)
    seen = {product: revision_of(register, product) for product in (first, second)}
    zhao = make_account(register, Role.BUREAU_OFFICER, display_name="市局赵").actor
    unfeature_product(register, first, date(2026, 12, 31), revision=seen[first], by=BUREAU, actor=zhao)
    for step, product in ((unfeature_product, first), (feature_product, second)):
        with pytest.raises(OutdatedError) as refused:
            step(register, product, date(2026, 12, 1), revision=seen[product], **WHO)
        assert str(refused.value) == (
            "市局赵 has done this meanwhile: feature a product no longer (拉林大米 in 拉林满族镇). "
            "Nothing was saved. Look at it, then decide again."
        )
    feature_product(register, second, date(2026, 12, 1), revision=revision_of(register, second), **WHO)


def test_an_import_that_features_another_product_is_noticed_by_who_saw_the_former(
    register: Context, tmp_path: Path
) -> None:
    first = rows(register, schema.products)[0]["id"]
    seen = revision_of(register, first)
    path = write_csv(tmp_path, f"township_code,name,category,featured\n{LALIN},拉林木耳,edible_fungi,yes")
    assert not bring_in(register, "products", path).outcome.errors
    with pytest.raises(OutdatedError):
        unfeature_product(register, first, date(2026, 12, 1), revision=seen, **WHO)


def test_featuring_another_product_ends_the_former_the_day_before(register: Context) -> None:
    first = rows(register, schema.products)[0]["id"]
    second = add_product(register, LALIN, RICE | {"name": "拉林木耳"}, **WHO)
    feature_product(register, second, TODAY, revision=1, **WHO)
    periods = show_product(register, second, by=BUREAU).periods
    assert [(each["product"], each["starts_on"], each["ends_on"]) for each in periods] == [
        ("拉林木耳", TODAY, None),
        ("拉林大米", date(2024, 1, 1), date(2026, 11, 21)),
    ]
    now = revision_of(register, first)
    for day in (TODAY, date(2025, 1, 1)):
        with pytest.raises(ConflictError, match="Choose a later day"):
            feature_product(register, first, day, revision=now, **WHO)
    with pytest.raises(ConflictError, match="Feature another one"):
        retire_product(register, second, TODAY, revision=revision_of(register, second), **WHO)
    retire_product(register, first, TODAY, revision=now, **WHO)
    with pytest.raises(ConflictError, match="no longer listed"):
        feature_product(register, first, date(2027, 1, 1), revision=now + 1, **WHO)
    now = revision_of(register, second)
    unfeature_product(register, second, date(2026, 12, 31), revision=now, **WHO)
    with pytest.raises(InvalidInputError):
        unfeature_product(register, second, date(2027, 6, 1), revision=revision_of(register, second), **WHO)
    on_day = measure_coverage(register, as_of=date(2027, 1, 1), county="230184").document()["townships"]
    assert next(row for row in on_day if row["code"] == LALIN)["featured_product"] is None


def test_a_photo_is_checked_kept_once_and_shown_without_its_metadata(register: Context) -> None:
    product_id = rows(register, schema.products)[0]["id"]
    photo_id = add_photo(register, product_id, _photo(), caption="稻田", **WHO)
    for size, longest in (("thumbnail", 320), ("view", 800)):
        content = photo_file(register, product_id, photo_id, size, by=ZHANG)  # type: ignore[arg-type]
        with Image.open(io.BytesIO(content)) as shown:
            assert (shown.format, max(shown.size), dict(shown.getexif())) == ("JPEG", longest, {})
        assert b"maker of the camera" not in content
    with pytest.raises(ConflictError):
        add_photo(register, product_id, _photo(), **WHO)
    with pytest.raises(ForbiddenError):
        photo_file(register, product_id, photo_id, "view", by=PINGFANG_OFFICER)
    remove_photo(register, product_id, photo_id, **WHO)
    with pytest.raises(NotFoundError):
        photo_file(register, product_id, photo_id, "view", by=BUREAU)
    for number in range(MOST_PHOTOS):
        add_photo(register, product_id, _photo(f"#0000{number}0"), **WHO)
    with pytest.raises(ConflictError, match="6"):
        add_photo(register, product_id, _photo("white"), **WHO)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff" + b"\0" * 100,
        _photo(kind="PNG")[:200],
        b"RIFF\0\0\0\0AVI LIST",
    ],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(register: Context, content: bytes) -> None:
    product_id = rows(register, schema.products)[0]["id"]
    with pytest.raises(InvalidInputError):
        add_photo(register, product_id, content, **WHO)
    assert rows(register, schema.product_photos) == []
    assert not (register.settings.data_dir / "photos").exists()


def test_a_picture_of_too_many_pixels_is_refused_before_it_fills_the_memory(sqlite_context: Context) -> None:
    fill(sqlite_context)
    product_id = rows(sqlite_context, schema.products)[0]["id"]
    content = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(content, "PNG")
    with pytest.raises(InvalidInputError, match="million pixels"):
        add_photo(sqlite_context, product_id, content.getvalue(), **WHO)


def test_a_township_shows_everything_that_its_reader_may_see(register: Context) -> None:
    page = show_township(register, LALIN, by=BUREAU)
    assert page.coverage is not None
    assert page.coverage["commissioner"] == "张三"
    assert page.products is not None
    assert [each["name"] for each in page.products] == ["拉林大米"]
    assert page.may_change_products
    outside = show_township(register, LALIN, by=PINGFANG_OFFICER)
    assert (outside.products, outside.terms, outside.visits, outside.may_propose) == (None, None, None, False)
    with pytest.raises(NotFoundError):
        show_township(register, "999999999", by=BUREAU)


def test_townships_are_listed_with_the_status_of_the_one_function(register: Context) -> None:
    found = list_townships(register, TownshipQuery(sort="status"), by=VIEWER)
    measured = {row["code"]: row["status"] for row in measure_coverage(register).document()["townships"]}
    assert {line.code: line.status for line in found.lines} == measured
    assert [line.name for line in list_townships(register, TownshipQuery(search="ll"), by=VIEWER).lines] == [
        "拉林满族镇"
    ]
    with register.engine.connect() as connection:
        assert connection.scalar(select(schema.change_counters.c.version)) is not None
