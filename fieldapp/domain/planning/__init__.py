"""Planning full coverage (一乡一员一品): the best plan there is, with its proof and its reasons.

Values in, a plan out; no database, no web. What counts, in this order, which no setting changes:

1. cover the most townships,
2. keep what is active, unless keeping it costs coverage,
3. fit specialty to product best,
4. travel least.

How it is used::

    problem = state_problem(people, townships, assignments, as_of=..., starts_on=..., ends_on=..., ...)
    plan = solve_plan(problem, on_stage=...)        # Plan; on_stage may raise in order to cancel
    explain_pairs(plan), explain_uncovered(plan), explain_left_over(plan)   # by code or id: a Message
    explain_displaced(plan)                         # by code: why the present one does not stay
    find_shortages(plan)                            # groups that share too few places, and who is missing
    rank_fragility(plan)                            # who cannot be spared, and the best repair
    compare_with_today(plan)                        # new, kept, moved, ended; coverage by county
    what_if(plan, specialty=..., lon=..., lat=...)  # solved again with one more
    plan_document(plan, say)                        # what `fieldapp plan --format json` prints

Edits are new problems: ``dataclasses.replace(problem, pins=..., forbids=...)``, solved again. Equal
problems give equal plans, in whatever order their parts were given.

`PlanningProblem` is the whole input, and `PlanningPolicy` what an officer may change about it. Faults of
the input are `ContradictionError` (pins against pins, capacity, quotas, recusals or prohibitions),
`QuotaError` (a lower limit that cannot be reached) and `InvalidInputError` (a policy that cannot be used).

Where it stands: `problem` and `policy` are the input, `travel` the distances (`roads` asks for those by
road before a plan is solved, `distances` is what is kept of them), `choices` the pairs that may be chosen,
`flow` the solver with its proof (over `network` and `reaching`), `solving` joins them, `plan` the result;
`alternatives` (over `rerouting`), `reasons`, `displaced`, `leftovers`, `shortage`, `fragility`, `difference`
and `what_if` explain it; `document` writes it down, `terms` make it proposals, and `beginnings` say from
which day each pair leads.
"""

from fieldapp.domain.planning.alternatives import Alternative, Change, find_alternatives
from fieldapp.domain.planning.difference import CountyCoverage, Difference, Move, Step, compare_with_today
from fieldapp.domain.planning.displaced import Displaced, explain_displaced, find_displaced
from fieldapp.domain.planning.document import plan_document
from fieldapp.domain.planning.fragility import Fragility, rank_fragility
from fieldapp.domain.planning.leftovers import explain_left_over, explain_uncovered
from fieldapp.domain.planning.plan import Objective, Plan, PlannedPair
from fieldapp.domain.planning.policy import PlanningPolicy, Quota, QuotaOf, default_fit
from fieldapp.domain.planning.problem import ContradictionError, Pair, PlanningProblem, state_problem
from fieldapp.domain.planning.reasons import explain_pairs
from fieldapp.domain.planning.roads import Roads, RoadService, RoutingError, ask_roads
from fieldapp.domain.planning.shortage import Group, Shortage, find_groups, find_shortages
from fieldapp.domain.planning.solving import QuotaError, solve_plan
from fieldapp.domain.planning.travel import GreatCircle, Places, Travel, TravelTable
from fieldapp.domain.planning.what_if import WhatIf, what_if

__all__ = [
    "Alternative",
    "Change",
    "ContradictionError",
    "CountyCoverage",
    "Difference",
    "Displaced",
    "Fragility",
    "GreatCircle",
    "Group",
    "Move",
    "Objective",
    "Pair",
    "Places",
    "Plan",
    "PlannedPair",
    "PlanningPolicy",
    "PlanningProblem",
    "Quota",
    "QuotaError",
    "QuotaOf",
    "RoadService",
    "Roads",
    "RoutingError",
    "Shortage",
    "Step",
    "Travel",
    "TravelTable",
    "WhatIf",
    "ask_roads",
    "compare_with_today",
    "default_fit",
    "explain_displaced",
    "explain_left_over",
    "explain_pairs",
    "explain_uncovered",
    "find_alternatives",
    "find_displaced",
    "find_groups",
    "find_shortages",
    "plan_document",
    "rank_fragility",
    "solve_plan",
    "state_problem",
    "what_if",
]
