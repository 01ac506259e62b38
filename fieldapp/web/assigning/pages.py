"""What the page of assigning shows: queue, township, commissioner, comparison, many at once."""

from __future__ import annotations

import hashlib
from datetime import date

from flask import Response, g, make_response, render_template, request, send_file

from fieldapp.domain.assignments import EndReason
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.draw_map import assign_page
from fieldapp.services.measure_coverage import coverage_version
from fieldapp.services.propose_assignment import Proposal, preview_proposals
from fieldapp.services.rank_candidates import (
    CandidateFilter,
    rank_candidates,
    rank_townships,
    suggest_pairs,
)
from fieldapp.services.read_desk import first_term, read_desk
from fieldapp.services.read_timeline import read_timeline
from fieldapp.services.read_work_queue import read_work_queue
from fieldapp.services.search_commissioners import find_free_commissioners
from fieldapp.services.submit_agreement import read_agreement
from fieldapp.web.assigning.frame import (
    blueprint,
    current_context,
    given_day,
    given_number,
    given_text,
)
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

SHOWN_FIRST = 8
SHOWN_MORE = 60
_END_REASONS = (EndReason.RESIGNED, EndReason.TRANSFERRED, EndReason.REMOVED)


@blueprint.get("")
@needs(Action.ASSIGNMENT_PROPOSE)
def show() -> str:
    """The page; township and filters of the address are read in the browser."""
    context = current_context()
    return render_template(
        "assign/page.html",
        page=assign_page(context, locale=g.language),
        queue=read_work_queue(context, by=acting_person()),
    )


@blueprint.get("/queue")
@needs(Action.ASSIGNMENT_PROPOSE)
def queue() -> Response:
    """The queue alone; asked for every few seconds, so it answers 304 while nothing changed."""
    context, person = current_context(), acting_person()
    mark = f"{coverage_version(context)}|{context.today()}|{person}|{g.language}"
    response = make_response("")
    response.set_etag(hashlib.sha256(mark.encode()).hexdigest()[:16])
    response.vary.add("Cookie")
    if response.make_conditional(request).status_code != 304:
        response.set_data(render_template("assign/_queue.html", queue=read_work_queue(context, by=person)))
    return response


@blueprint.get("/townships/<code>")
@needs(Action.ASSIGNMENT_PROPOSE)
def township(code: str) -> str:
    """The chosen township: how it stands, what can be done, and who could be proposed."""
    context, person = current_context(), acting_person()
    desk = read_desk(context, code, by=person)
    starts_on, ends_on = _term(desk.starts_on, desk.ends_on)
    wanted = _filter()
    most = SHOWN_MORE if request.args.get("more") else SHOWN_FIRST
    ranking = (
        rank_candidates(context, code, by=person, starts_on=starts_on, ends_on=ends_on, wanted=wanted)
        if desk.may_propose and ends_on >= starts_on
        else None
    )
    return render_template(
        "assign/_township.html",
        desk=desk,
        starts_on=starts_on,
        ends_on=ends_on,
        ranking=ranking,
        wanted=wanted,
        shown=most,
        end_reasons=_END_REASONS,
        timeline=read_timeline(context, by=person, township_code=code),
        today=context.today(),
        note=given_text("note"),
        chosen=request.args.get("commissioner_id"),
    )


@blueprint.get("/commissioners")
@needs(Action.ASSIGNMENT_PROPOSE)
def people() -> str:
    """Commissioners who could take a township more, by name, pinyin, number or institution."""
    context = current_context()
    starts_on, ends_on = first_term(context)
    found = find_free_commissioners(
        context, given_text("q", 60), by=acting_person(), starts_on=starts_on, ends_on=ends_on
    )
    return render_template("assign/_people.html", found=found)


@blueprint.get("/commissioners/<commissioner_id>")
@needs(Action.ASSIGNMENT_PROPOSE)
def commissioner(commissioner_id: str) -> str:
    """The chosen commissioner, and where he or she would help most."""
    context, person = current_context(), acting_person()
    starts_on, ends_on = _term(*first_term(context))
    wanted = _filter()
    ranking = rank_townships(
        context, commissioner_id, by=person, starts_on=starts_on, ends_on=ends_on, wanted=wanted
    )
    return render_template(
        "assign/_commissioner.html",
        ranking=ranking,
        suitor=ranking.suitors[commissioner_id],
        starts_on=starts_on,
        ends_on=ends_on,
        wanted=wanted,
        shown=SHOWN_MORE if request.args.get("more") else SHOWN_FIRST,
        timeline=read_timeline(context, by=person, commissioner_id=commissioner_id),
        note=given_text("note"),
        chosen=request.args.get("township_code"),
    )


@blueprint.get("/compare")
@needs(Action.ASSIGNMENT_PROPOSE)
def compare() -> str:
    """Two candidates for a township, side by side."""
    context = current_context()
    starts_on, ends_on = _term(*first_term(context))
    ranking = rank_candidates(
        context, given_text("township", 9), by=acting_person(), starts_on=starts_on, ends_on=ends_on
    )
    asked = request.args.getlist("commissioner")[:2]
    pair = [each for each in ranking.candidates if each.commissioner_id in asked]
    if len(pair) != 2:
        raise InvalidInputError(Message("Choose two candidates to compare them."), code="query.invalid")
    return render_template("assign/_compare.html", ranking=ranking, pair=pair)


@blueprint.get("/several")
@needs(Action.ASSIGNMENT_PROPOSE)
def several() -> str:
    """A proposal for each of many townships, to look at before any is written."""
    context, person = current_context(), acting_person()
    codes = list(dict.fromkeys(request.args.getlist("township")))
    starts_on, ends_on = _term(*first_term(context))
    chosen, ranking = suggest_pairs(context, codes, by=person, starts_on=starts_on, ends_on=ends_on)
    given = dict(zip(codes, request.args.getlist("commissioner"), strict=False))
    wanted = {
        code: given.get(code, "" if suggested is None else suggested.commissioner_id)
        for code, suggested in chosen.items()
    }
    filled = [code for code in codes if wanted[code]]
    note = given_text("note")
    previews = (
        preview_proposals(
            context,
            [
                Proposal(
                    township_code=code,
                    commissioner_id=wanted[code],
                    starts_on=starts_on,
                    ends_on=ends_on,
                    note=note,
                )
                for code in filled
            ],
            by=person,
        )
        if filled
        else ()
    )
    return render_template(
        "assign/_several.html",
        codes=codes,
        ranking=ranking,
        wanted=wanted,
        refusals={preview.proposal.township_code: preview.refusal for preview in previews},
        ready=sum(preview.refusal is None for preview in previews),
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
    )


@blueprint.get("/agreements/<int:file_id>")
@needs(Action.AGREEMENT_READ)
def agreement(file_id: int) -> Response:
    """An uploaded agreement, as a file to keep: it is never shown as a page of this site."""
    found = read_agreement(current_context(), file_id, by=acting_person())
    return send_file(found.path, mimetype=found.media_type, as_attachment=True, download_name=found.file_name)


def _term(starts_on: date, ends_on: date) -> tuple[date, date]:
    return given_day("starts_on", starts_on), given_day("ends_on", ends_on)


def _filter() -> CandidateFilter:
    within = given_number("within_km")
    return CandidateFilter(
        text=given_text("q", 60),
        fitting="fitting" in request.args,
        within_km=None if within is None else float(within),
        possible="possible" in request.args,
    )
