"""Who may do what to which row: one table over actions and roles.

A cell is the scope of a role in an action: every row, those of the person's counties, those about the
commissioner that the person is, the person's own account, or none. What is not in the table is not an action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.errors import ForbiddenError
from geodata.errors import Message


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    BUREAU_OFFICER = "bureau_officer"
    COUNTY_OFFICER = "county_officer"
    COMMISSIONER = "commissioner"
    VIEWER = "viewer"

    @property
    def words(self) -> Message:
        return _ROLE_WORDS[self]


_ROLE_WORDS = {
    Role.ADMINISTRATOR: Message("administrator"),
    Role.BUREAU_OFFICER: Message("bureau officer"),
    Role.COUNTY_OFFICER: Message("county officer"),
    Role.COMMISSIONER: Message("commissioner"),
    Role.VIEWER: Message("viewer"),
}


class Scope(StrEnum):
    ALL = "all"
    COUNTIES = "counties"
    OWN = "own"  # about the commissioner whose account it is
    SELF = "self"  # the account itself, whoever's it is
    NONE = "none"


class Action(StrEnum):
    """A verb on a kind of row; ``read`` is also what lists and pages of that kind ask."""

    TOWNSHIP_READ = "township.read"
    TOWNSHIP_WRITE = "township.write"
    COVERAGE_READ = "coverage.read"
    PRODUCT_READ = "product.read"
    PRODUCT_WRITE = "product.write"
    INSTITUTION_READ = "institution.read"
    INSTITUTION_WRITE = "institution.write"
    COMMISSIONER_READ = "commissioner.read"
    COMMISSIONER_WRITE = "commissioner.write"
    COMMISSIONER_MERGE = "commissioner.merge"
    PHONE_READ = "phone.read"
    ASSIGNMENT_READ = "assignment.read"
    ASSIGNMENT_PROPOSE = "assignment.propose"
    ASSIGNMENT_PUBLISH = "assignment.publish"
    ASSIGNMENT_ACTIVATE = "assignment.activate"
    ASSIGNMENT_WITHDRAW = "assignment.withdraw"
    ASSIGNMENT_END = "assignment.end"
    OBJECTION_READ = "objection.read"
    OBJECTION_WRITE = "objection.write"
    AGREEMENT_READ = "agreement.read"
    AGREEMENT_SUBMIT = "agreement.submit"
    AGREEMENT_APPROVE = "agreement.approve"
    RECUSAL_READ = "recusal.read"
    RECUSAL_WRITE = "recusal.write"
    DEMAND_READ = "demand.read"
    DEMAND_WRITE = "demand.write"
    VISIT_READ = "visit.read"
    POSITION_READ = "position.read"
    VISIT_WRITE = "visit.write"
    VISIT_REVIEW = "visit.review"
    VISIT_CONFIRM = "visit.confirm"
    VISIT_IMPORT = "visit.import"
    PHOTO_READ = "photo.read"
    PHOTO_WRITE = "photo.write"
    ORIGINAL_READ = "original.read"
    PLAN_READ = "plan.read"
    PLAN_WRITE = "plan.write"
    PLAN_PUBLISH = "plan.publish"
    IMPORT_WRITE = "import.write"
    EXPORT_READ = "export.read"
    AUDIT_READ = "audit.read"
    ACCOUNT_MANAGE = "account.manage"
    USER_READ = "user.read"
    USER_MANAGE = "user.manage"
    PERSON_EXPORT = "person.export"
    PERSON_ERASE = "person.erase"
    SETTING_READ = "setting.read"
    SETTING_WRITE = "setting.write"

    @property
    def kind(self) -> str:
        return self.partition(".")[0]

    @property
    def reads(self) -> bool:
        """Whether the action leaves every row as it is."""
        return self.endswith((".read", ".export"))


_ALL, _COUNTIES, _OWN, _SELF, _NONE = Scope.ALL, Scope.COUNTIES, Scope.OWN, Scope.SELF, Scope.NONE
_TABLE: dict[Action, tuple[Scope, Scope, Scope, Scope, Scope]] = {
    # Action                    administrator bureau  county     commissioner viewer
    Action.TOWNSHIP_READ:       (_ALL,  _ALL,  _ALL,      _ALL,  _ALL),   # divisions are public knowledge
    Action.TOWNSHIP_WRITE:      (_ALL,  _ALL,  _NONE,     _NONE, _NONE),  # the roster is the city's
    Action.COVERAGE_READ:       (_ALL,  _ALL,  _ALL,      _ALL,  _ALL),   # one figure for everybody
    Action.PRODUCT_READ:        (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),
    Action.PRODUCT_WRITE:       (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.INSTITUTION_READ:    (_ALL,  _ALL,  _ALL,      _ALL,  _ALL),
    Action.INSTITUTION_WRITE:   (_ALL,  _ALL,  _NONE,     _NONE, _NONE),
    Action.COMMISSIONER_READ:   (_ALL,  _ALL,  _ALL,      _OWN,  _ALL),   # a county chooses among all of them
    Action.COMMISSIONER_WRITE:  (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.COMMISSIONER_MERGE:  (_ALL,  _ALL,  _NONE,     _NONE, _NONE),
    Action.PHONE_READ:          (_ALL,  _ALL,  _COUNTIES, _OWN,  _NONE),  # those who must call
    Action.ASSIGNMENT_READ:     (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),
    Action.ASSIGNMENT_PROPOSE:  (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.ASSIGNMENT_PUBLISH:  (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.ASSIGNMENT_ACTIVATE: (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.ASSIGNMENT_WITHDRAW: (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.ASSIGNMENT_END:      (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.OBJECTION_READ:      (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.OBJECTION_WRITE:     (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.AGREEMENT_READ:      (_ALL,  _ALL,  _COUNTIES, _OWN,  _NONE),  # it carries names and signatures
    Action.AGREEMENT_SUBMIT:    (_ALL,  _ALL,  _COUNTIES, _OWN,  _NONE),
    Action.AGREEMENT_APPROVE:   (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.RECUSAL_READ:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.RECUSAL_WRITE:       (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.DEMAND_READ:         (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),
    Action.DEMAND_WRITE:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.VISIT_READ:          (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),
    Action.POSITION_READ:       (_ALL,  _ALL,  _COUNTIES, _OWN,  _NONE),  # of visits and homes: officers
    Action.VISIT_WRITE:         (_NONE, _NONE, _NONE,     _OWN,  _NONE),  # a log is its commissioner's word
    Action.VISIT_REVIEW:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.VISIT_CONFIRM:       (_ALL,  _ALL,  _COUNTIES, _OWN,  _NONE),  # ask the recipient to confirm
    Action.VISIT_IMPORT:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),  # of paper logs
    Action.PHOTO_READ:          (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),   # as the visits
    Action.PHOTO_WRITE:         (_NONE, _NONE, _NONE,     _OWN,  _NONE),
    Action.ORIGINAL_READ:       (_NONE, _NONE, _NONE,     _OWN,  _NONE),  # it tells where somebody was
    Action.PLAN_READ:           (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.PLAN_WRITE:          (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),  # a county plans for itself alone
    Action.PLAN_PUBLISH:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.IMPORT_WRITE:        (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.EXPORT_READ:         (_ALL,  _ALL,  _COUNTIES, _OWN,  _ALL),
    Action.AUDIT_READ:          (_ALL,  _ALL,  _COUNTIES, _NONE, _NONE),
    Action.ACCOUNT_MANAGE:      (_SELF, _SELF, _SELF,     _SELF, _SELF),  # password, sessions, tokens
    Action.USER_READ:           (_ALL,  _NONE, _NONE,     _NONE, _NONE),
    Action.USER_MANAGE:         (_ALL,  _NONE, _NONE,     _NONE, _NONE),
    Action.PERSON_EXPORT:       (_ALL,  _NONE, _NONE,     _OWN,  _NONE),
    Action.PERSON_ERASE:        (_ALL,  _NONE, _NONE,     _NONE, _NONE),
    Action.SETTING_READ:        (_ALL,  _ALL,  _NONE,     _NONE, _NONE),
    Action.SETTING_WRITE:       (_ALL,  _ALL,  _NONE,     _NONE, _NONE),
}  # fmt: skip
PERMISSIONS: Mapping[Action, Mapping[Role, Scope]] = MappingProxyType(
    {
        action: MappingProxyType(dict(zip(Role, scopes, strict=True)))
        for action, scopes in _TABLE.items()
    }
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Who asks: a county officer has counties, a commissioner's account its commissioner."""

    role: Role
    county_codes: frozenset[str] = frozenset()
    commissioner_id: str | None = None
    user_id: int | None = None

    @property
    def actor(self) -> str:
        """How the audit log names the person: by number, for a name is personal data."""
        return "system" if self.user_id is None else f"user:{self.user_id}"


# The command line and the program itself: whoever can start it can reach the database as well.
SYSTEM = Person(Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Row:
    """What a row belongs to, as far as permissions ask.

    ``county_codes`` are the counties of its township, or all those in which its commissioner serves;
    ``commissioner_ids`` those whom it is about; ``user_id`` the account that it is.
    """

    county_codes: frozenset[str] = frozenset()
    commissioner_ids: frozenset[str] = frozenset()
    user_id: int | None = None


@dataclass(frozen=True)
class RowFilter:
    """The rows that a query may answer with: everything, or those of the counties, or the person's own.

    A filter with nothing in it lets no row through.
    """

    everything: bool = False
    county_codes: frozenset[str] = frozenset()
    commissioner_id: str | None = None
    user_id: int | None = None

    @property
    def nothing(self) -> bool:
        return self == RowFilter()

    def admits(self, row: Row) -> bool:
        """Whether a row passes."""
        return (
            self.everything
            or not self.county_codes.isdisjoint(row.county_codes)
            or (self.commissioner_id is not None and self.commissioner_id in row.commissioner_ids)
            or (self.user_id is not None and self.user_id == row.user_id)
        )


def scope_of(person: Person, action: Action) -> Scope:
    """The scope of the person's role in an action; ``NONE`` is also what hides a menu entry."""
    return PERMISSIONS[action][person.role]


def may(person: Person, action: Action, row: Row) -> bool:
    """Whether the person may do that to the row.

    A county officer reads a row that touches one of the officer's counties, but changes only one that
    touches no other; a row of no county is not a county's.
    """
    reachable = _reach(person, scope_of(person, action))
    if not reachable.admits(row):
        return False
    return action.reads or not reachable.county_codes or row.county_codes <= reachable.county_codes


def require(person: Person, action: Action, row: Row) -> None:
    """Raise `ForbiddenError` unless the person may."""
    if may(person, action, row):
        return
    scope, words = scope_of(person, action), _ACTION_WORDS[action]
    if scope is Scope.COUNTIES:
        raise ForbiddenError(
            Message(
                "You may do this only in your own counties: {action}. "
                "Ask the officer of the other county, or the bureau.",
                action=words,
            ),
            code="forbidden.county",
        )
    if scope in (Scope.OWN, Scope.SELF):
        raise ForbiddenError(
            Message("You may do this only with what is yours: {action}. Ask the bureau.", action=words),
            code="forbidden.own",
        )
    raise ForbiddenError(
        Message(
            "As {role} you may not do this: {action}. Ask an administrator if your work needs it.",
            role=person.role.words,
            action=words,
        ),
        code="forbidden.role",
    )


def visible(person: Person, kind: str) -> RowFilter:
    """The rows of a kind, such as ``visit``, that the person may read; what every query of it applies."""
    return _reach(person, scope_of(person, Action(f"{kind}.read")))


def shown_phone(person: Person, phone: str | None, row: Row) -> str | None:
    """The phone of the commissioner that the row is about, masked except to those who must call."""
    return phone if may(person, Action.PHONE_READ, row) else masked_phone(phone)


def sees_positions(person: Person) -> bool:
    """Whether what the person may read is shown with where a visitor was and where a commissioner lives."""
    return scope_of(person, Action.POSITION_READ) is not Scope.NONE


def _reach(person: Person, scope: Scope) -> RowFilter:
    if scope is Scope.COUNTIES:
        return RowFilter(county_codes=person.county_codes)
    if scope is Scope.OWN:
        return RowFilter(commissioner_id=person.commissioner_id)
    if scope is Scope.SELF:
        return RowFilter(user_id=person.user_id)
    return RowFilter(everything=scope is Scope.ALL)


_ACTION_WORDS = {
    Action.TOWNSHIP_READ: Message("see townships"),
    Action.TOWNSHIP_WRITE: Message("change townships and the roster"),
    Action.COVERAGE_READ: Message("see the coverage"),
    Action.PRODUCT_READ: Message("see products"),
    Action.PRODUCT_WRITE: Message("change products"),
    Action.INSTITUTION_READ: Message("see institutions"),
    Action.INSTITUTION_WRITE: Message("change institutions"),
    Action.COMMISSIONER_READ: Message("see commissioners"),
    Action.COMMISSIONER_WRITE: Message("change commissioners"),
    Action.COMMISSIONER_MERGE: Message("merge commissioners"),
    Action.PHONE_READ: Message("see phone numbers"),
    Action.ASSIGNMENT_READ: Message("see assignments"),
    Action.ASSIGNMENT_PROPOSE: Message("propose assignments"),
    Action.ASSIGNMENT_PUBLISH: Message("put assignments on public notice"),
    Action.ASSIGNMENT_ACTIVATE: Message("activate assignments"),
    Action.ASSIGNMENT_WITHDRAW: Message("withdraw assignments"),
    Action.ASSIGNMENT_END: Message("end assignments"),
    Action.OBJECTION_READ: Message("see objections"),
    Action.OBJECTION_WRITE: Message("note and settle objections"),
    Action.AGREEMENT_READ: Message("see agreements"),
    Action.AGREEMENT_SUBMIT: Message("submit agreements"),
    Action.AGREEMENT_APPROVE: Message("approve or return agreements"),
    Action.RECUSAL_READ: Message("see recusals"),
    Action.RECUSAL_WRITE: Message("change recusals"),
    Action.DEMAND_READ: Message("see the needs of townships"),
    Action.DEMAND_WRITE: Message("note the needs of townships"),
    Action.VISIT_READ: Message("see visits"),
    Action.POSITION_READ: Message("see the positions of visits and of home bases"),
    Action.VISIT_WRITE: Message("log visits"),
    Action.VISIT_REVIEW: Message("review visits"),
    Action.VISIT_CONFIRM: Message("ask recipients to confirm visits"),
    Action.VISIT_IMPORT: Message("import visits"),
    Action.PHOTO_READ: Message("see photos of visits"),
    Action.PHOTO_WRITE: Message("send photos of visits"),
    Action.ORIGINAL_READ: Message("see photos as they were taken"),
    Action.PLAN_READ: Message("see plans"),
    Action.PLAN_WRITE: Message("draft plans"),
    Action.PLAN_PUBLISH: Message("publish plans"),
    Action.IMPORT_WRITE: Message("import"),
    Action.EXPORT_READ: Message("export"),
    Action.AUDIT_READ: Message("see the audit trail"),
    Action.ACCOUNT_MANAGE: Message("change the account"),
    Action.USER_READ: Message("see users"),
    Action.USER_MANAGE: Message("manage users"),
    Action.PERSON_EXPORT: Message("export a person's data"),
    Action.PERSON_ERASE: Message("erase a person's data"),
    Action.SETTING_READ: Message("see the settings"),
    Action.SETTING_WRITE: Message("change the settings"),
}
