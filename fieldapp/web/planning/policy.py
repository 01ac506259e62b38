"""The planning policy as a page: what holds, how it was before, and a new version of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import ConflictError, Fault, FieldappError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Action
from fieldapp.domain.planning import PlanningPolicy
from fieldapp.domain.specialties import PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.services.describe_counties import county_names
from fieldapp.services.list_institutions import InstitutionQuery, list_institutions
from fieldapp.services.planning_policy import KeptPolicy, change_policy, list_policies
from fieldapp.web.planning.frame import blueprint, current_context
from fieldapp.web.refusals import status_of
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import words
from geodata.errors import Message

_LIMITS = ("least_fit", "max_km", "detour_factor", "unknown_km", "all_pairs_up_to", "nearest")
_WHOLE = ("all_pairs_up_to", "nearest")
_BLANK_QUOTAS = 3


@blueprint.get("/policy")
@needs(Action.PLAN_READ)
def show_policy() -> str:
    """The policy that holds, as a form for those who may change it."""
    versions = list_policies(current_context(), by=acting_person())
    return _page(versions, versions[0])


@blueprint.get("/policy/<int:version>")
@needs(Action.PLAN_READ)
def show_policy_version(version: int) -> str:
    """One version, to read."""
    versions = list_policies(current_context(), by=acting_person())
    found = next((each for each in versions if each.version == version), None)
    if found is None:
        raise NotFoundError(
            Message("There is no planning policy of version {version}.", version=version), code="plan.policy"
        )
    return _page(versions, found)


@blueprint.post("/policy")
@needs(Action.SETTING_WRITE)
def store_policy() -> ResponseReturnValue:
    """Make a new version; what cannot be used is shown beside what was typed."""
    context, person = current_context(), acting_person()
    seen = request.form.get("seen", 0, type=int)
    note = request.form.get("note", "")
    try:
        made = change_policy(context, _given(), note=note, seen=seen, by=person)
    except (InvalidInputError, ConflictError) as error:
        versions = list_policies(context, by=person)
        return _page(versions, versions[0], error=error, typed=request.form), status_of(error)
    flash(words(Message("Version {version} of the planning policy holds now.", version=made.version)))
    return redirect(url_for("plan.show_policy"), 303)


def _page(
    versions: tuple[KeptPolicy, ...],
    shown: KeptPolicy,
    *,
    error: FieldappError | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    before = next((each for each in versions if each.version < shown.version), None)
    context = current_context()
    return render_template(
        "plan/policy.html",
        versions=versions,
        shown=shown,
        is_latest=shown.version == versions[0].version,
        values=_typed(typed) if typed is not None else _written(shown.policy),
        before=None if before is None else _written(before.policy),
        typed=typed or {},
        error=error,
        wrong=[fault.pointer for fault in getattr(error, "faults", ())],
        categories=PRODUCT_CATEGORIES,
        specialties=SPECIALTIES,
        county_names=county_names(context),
        institutions=[
            each.name for each in list_institutions(context, InstitutionQuery(), by=acting_person())
        ],
    )


def _written(policy: PlanningPolicy) -> dict[str, str]:
    """The policy as the fields of the form hold it."""
    values = {
        f"fit/{category}/{specialty}": f"{score:g}"
        for category, scores in policy.fit.items()
        for specialty, score in scores.items()
        if score
    }
    for name in _LIMITS:
        value = getattr(policy, name)
        values[name] = "" if value is None else f"{value:.10g}"
    for position, quota in enumerate(policy.quotas):
        values[f"quota/{position}/key"] = f"{quota.of.value}:{quota.key}"
        values[f"quota/{position}/at_least"] = str(quota.at_least or "")
        values[f"quota/{position}/at_most"] = "" if quota.at_most is None else str(quota.at_most)
    return values | {"quotas": str(len(policy.quotas) + _BLANK_QUOTAS)}


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as it was typed."""
    return {name: value[:200] for name, value in form.items()} | {"quotas": str(len(_quota_rows(form)) or 1)}


def _given() -> dict[str, Any]:
    """The form as a policy's plain values; `InvalidInputError` for what is no number."""
    form = request.form
    faults: list[Fault] = []
    plain: dict[str, Any] = {"fit": {category: {} for category in PRODUCT_CATEGORIES}, "quotas": []}
    for category in PRODUCT_CATEGORIES:
        for specialty in SPECIALTIES:
            name = f"fit/{category}/{specialty}"
            if (score := _number(form, name, faults)) is not None:
                plain["fit"][category][specialty] = score
    known = {one.name: one.default for one in fields(PlanningPolicy)}
    for name in _LIMITS:
        value = _number(form, name, faults, whole=name in _WHOLE)
        plain[name] = value if value is not None or name == "max_km" else known[name]
    for position in _quota_rows(form):
        of, _, key = form.get(f"quota/{position}/key", "").partition(":")
        if key:
            least = _number(form, f"quota/{position}/at_least", faults, whole=True)
            most = _number(form, f"quota/{position}/at_most", faults, whole=True)
            plain["quotas"].append({"of": of, "key": key, "at_least": least or 0, "at_most": most})
    if faults:
        raise InvalidInputError(faults[0].message, faults, code="plan.policy")
    return plain


def _quota_rows(form: Mapping[str, str]) -> list[int]:
    names = (name.split("/") for name in form if name.startswith("quota/") and name.endswith("/key"))
    return sorted({int(parts[1]) for parts in names if len(parts) == 3 and parts[1].isdecimal()})[:200]


def _number(form: Mapping[str, str], name: str, faults: list[Fault], *, whole: bool = False) -> Any:
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return int(text) if whole else float(text)
    except ValueError:
        message = Message("“{value}” is not a number.", value=text[:20])
        faults.append(Fault(f"/{name}", message))
        return None
