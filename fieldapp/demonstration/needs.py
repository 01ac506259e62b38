"""Technology needs that townships of the demonstration state: made up, by what they grow, and marked so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

_TOWNSHIPS = 20
NEEDS_BY_CATEGORY = {
    "grain": "水稻返青慢，需要育秧和测土施肥指导",
    "soybean": "大豆重迎茬减产，需要轮作和选种建议",
    "vegetables": "棚室番茄灰霉病反复发生，需要防治方案",
    "fruit": "浆果越冬枝条抽干，需要防寒和修剪培训",
    "edible_fungi": "木耳菌袋杂菌率高，需要改进灭菌流程",
    "livestock": "育肥牛饲料成本高，需要秸秆饲料化技术",
    "fisheries": "稻田养蟹成活率低，需要水质调控指导",
    "medicinal": "五味子根腐病蔓延，需要病害诊断",
}
_OTHER = "希望办一次电商和品牌包装培训"
_ANSWER = "已现场指导并留下操作要点（演示）"


def needs(random: Random, products: Sequence[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """One need of each of some townships that have a product, stated within half a year; a third are met."""
    chosen = random.sample(sorted(products, key=lambda each: str(each["township_code"])), _TOWNSHIPS)
    stated = []
    for number, product in enumerate(chosen):
        stated_on = today - timedelta(days=random.randrange(20, 180))
        is_met = number % 3 == 0
        stated.append(
            {
                "township_code": product["township_code"],
                "text": f"{NEEDS_BY_CATEGORY.get(product['category'], _OTHER)}（演示）",
                "stated_on": stated_on,
                "met_on": stated_on + timedelta(days=random.randrange(5, 20)) if is_met else None,
                "answer": _ANSWER if is_met else "",
            }
        )
    return stated
