"""Made-up institutions and commissioners."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from fieldapp.domain.commissioners import CommissionerKind, InstitutionKind


@dataclass(frozen=True)
class DemoInstitution:
    name: str
    kind: InstitutionKind
    specialties: tuple[str, ...]


@dataclass(frozen=True)
class DemoCommissioner:
    id: str
    name: str
    kind: CommissionerKind
    institution: str
    specialties: tuple[str, ...]
    capacity: int
    phone: str
    home: tuple[float, float]  # lon, lat


_GRAIN = ("crops.rice", "crops.maize", "crops.soybean", "crops.soil", "crops.protection")
_GARDEN = ("horticulture.vegetables", "horticulture.fruit", "horticulture.medicinal", "fungi")
_STOCK = ("livestock.cattle", "livestock.pigs", "livestock.poultry", "livestock.veterinary")

_INSTITUTIONS = (
    ("农业大学农学院", InstitutionKind.UNIVERSITY, _GRAIN),
    ("农业大学园艺学院", InstitutionKind.UNIVERSITY, _GARDEN),
    ("农业大学动物科技学院", InstitutionKind.UNIVERSITY, _STOCK),
    ("农业大学工程学院", InstitutionKind.UNIVERSITY, ("machinery",)),
    ("林业大学林学院", InstitutionKind.UNIVERSITY, ("forestry", "horticulture.medicinal")),
    ("商业大学食品学院", InstitutionKind.UNIVERSITY, ("processing",)),
    ("科技大学经济学院", InstitutionKind.UNIVERSITY, ("economy", "tourism")),
    ("水稻研究所", InstitutionKind.RESEARCH_INSTITUTE, ("crops.rice", "crops.soil")),
    ("玉米研究所", InstitutionKind.RESEARCH_INSTITUTE, ("crops.maize",)),
    ("大豆研究所", InstitutionKind.RESEARCH_INSTITUTE, ("crops.soybean",)),
    ("园艺研究所", InstitutionKind.RESEARCH_INSTITUTE, _GARDEN),
    ("食用菌研究所", InstitutionKind.RESEARCH_INSTITUTE, ("fungi",)),
    ("畜牧兽医研究所", InstitutionKind.RESEARCH_INSTITUTE, _STOCK),
    ("水产研究所", InstitutionKind.RESEARCH_INSTITUTE, ("fisheries",)),
    ("农机研究院", InstitutionKind.RESEARCH_INSTITUTE, ("machinery",)),
    ("农业技术推广总站", InstitutionKind.EXTENSION_STATION, (*_GRAIN, "horticulture.vegetables")),
    ("植物保护站", InstitutionKind.EXTENSION_STATION, ("crops.protection",)),
    ("畜牧总站", InstitutionKind.EXTENSION_STATION, _STOCK),
    ("种业有限公司", InstitutionKind.COMPANY, ("crops.rice", "crops.maize", "crops.soybean")),
    ("食品加工有限公司", InstitutionKind.COMPANY, ("processing", "economy")),
)

INSTITUTIONS = tuple(
    DemoInstitution(f"演示{name}", kind, specialties) for name, kind, specialties in _INSTITUTIONS
)

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = tuple(
    "海涛春梅建国丽华志强秀英晓东雪松玉兰文博佳宁立新桂芝长林思远红霞明哲淑珍振宇艳秋"[at : at + 2]
    for at in range(0, 40, 2)
)

# Where people work: the city, and some of the county towns (lon, lat).
_HOMES = (
    (126.64, 45.75),
    (126.64, 45.75),
    (126.72, 45.74),
    (126.55, 45.80),
    (127.00, 45.55),
    (127.16, 44.92),
    (127.96, 45.21),
    (128.75, 45.97),
)


def commissioners(random: Random, count: int) -> list[DemoCommissioner]:
    """``count`` people of the institutions above; one in ten may take two townships."""
    names = [surname + given for surname in _SURNAMES for given in _GIVEN]
    random.shuffle(names)
    people = []
    for number, name in enumerate(names[:count], start=1):
        institution = INSTITUTIONS[number % len(INSTITUTIONS)]
        wanted = min(random.choice((1, 1, 2)), len(institution.specialties))
        lon, lat = random.choice(_HOMES)
        company = institution.kind is InstitutionKind.COMPANY
        people.append(
            DemoCommissioner(
                id=f"C-{number:04d}",
                name=f"{name}（演示）",
                kind=CommissionerKind.CORPORATE if company else CommissionerKind.INDIVIDUAL,
                institution=institution.name,
                specialties=tuple(sorted(random.sample(institution.specialties, wanted))),
                capacity=2 if number % 10 == 0 else 1,
                phone=f"1390000{number:04d}",
                home=(round(lon + random.gauss(0, 0.03), 4), round(lat + random.gauss(0, 0.02), 4)),
            )
        )
    return people
