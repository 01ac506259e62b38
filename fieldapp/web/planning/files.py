"""Files of a plan to take away."""

from __future__ import annotations

from io import BytesIO

from flask import Response, g, send_file

from fieldapp.domain.permissions import Action
from fieldapp.services.export_plan import PLAN_FORMATS, PlanFormat, export_plan
from fieldapp.web.planning.frame import blueprint, current_context
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import words
from geodata.errors import Message

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gpkg": "application/geopackage+sqlite3",
}


@blueprint.get(f"/<int:draft_id>/export.<any({', '.join(PLAN_FORMATS)}):file_format>")
@needs(Action.PLAN_READ, Action.EXPORT_READ)
def export(draft_id: int, file_format: PlanFormat) -> Response:
    """The plan as a workbook, a document with an annex table, or a layer of a map."""
    content = BytesIO()
    draft = export_plan(
        current_context(), draft_id, content, file_format, locale=g.language, by=acting_person()
    )
    content.seek(0)
    name = words(Message("plan"))
    answer = send_file(
        content,
        mimetype=_MEDIA_TYPES[file_format],
        as_attachment=True,
        download_name=f"{name}-{draft.id}-{draft.starts_on}.{file_format}",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
