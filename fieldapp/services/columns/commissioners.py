"""The columns of commissioners."""

from __future__ import annotations

from fieldapp.domain.commissioners import CommissionerKind
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.services.columns.shared import DEMONSTRATION, NOTE
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

# What lists write for the same thing.
_ALSO = {
    "crops": ("种植", "种植业", "作物栽培", "粮食作物"),
    "crops.rice": ("水稻栽培", "水稻种植"),
    "crops.maize": ("玉米栽培", "玉米种植"),
    "crops.soybean": ("大豆栽培", "大豆种植"),
    "crops.potato": ("马铃薯", "薯类"),
    "crops.protection": ("植保", "植物保护", "病虫害防治"),
    "crops.soil": ("土肥", "土壤肥料", "测土配方施肥"),
    "horticulture": ("园艺",),
    "horticulture.vegetables": ("蔬菜", "蔬菜栽培"),
    "horticulture.fruit": ("果树", "果树栽培", "水果", "浆果"),
    "horticulture.medicinal": ("中药材", "药材", "中草药", "中药材种植"),
    "fungi": ("食用菌", "食用菌栽培"),
    "livestock": ("畜牧", "养殖", "畜牧业", "畜牧养殖"),
    "livestock.cattle": ("养牛", "奶牛", "肉牛"),
    "livestock.pigs": ("养猪", "生猪"),
    "livestock.poultry": ("家禽", "养禽", "养鸡"),
    "livestock.veterinary": ("兽医", "动物医学", "动物疫病防治"),
    "fisheries": ("水产", "渔业", "水产养殖"),
    "forestry": ("林业", "林业与坚果"),
    "machinery": ("农机", "农业机械", "农业工程"),
    "processing": ("加工", "农产品加工", "食品加工"),
    "economy": ("电商", "农村电商", "农业经济", "农业经济管理"),
    "tourism": ("乡村旅游", "休闲农业"),
}

COMMISSIONERS = (
    Column(
        "id",
        Message("commissioner id"),
        ("编号", "科技特派员编号", "人员编号", "commissioner_id"),
        kind="text",
        hint=Message("leave it blank for a new commissioner to be given the next one"),
        example="C-0001",
    ),
    Column(
        "name", Message("name"), ("姓名", "名称", "科技特派员", "特派员姓名"), required=True, example="张三"
    ),
    Column("pinyin", Message("pinyin"), ("拼音",), hint=Message("made from the name where it is left out")),
    Column(
        "kind",
        Message("kind of commissioner"),
        ("类别", "类型", "特派员类型"),
        kind="choice",
        choices={
            CommissionerKind.INDIVIDUAL: (CommissionerKind.INDIVIDUAL.words, "自然人", "个人"),
            CommissionerKind.CORPORATE: (CommissionerKind.CORPORATE.words, "法人"),
            CommissionerKind.TEAM: (CommissionerKind.TEAM.words, "团队"),
        },
        example="individual",
    ),
    Column(
        "institution",
        Message("institution"),
        ("派出单位", "单位", "工作单位", "所在单位"),
        required=True,
        example="东北农业大学",
    ),
    Column(
        "institution_kind",
        Message("kind of institution"),
        ("单位类型", "单位性质", "单位类别"),
        kind="choice",
        choices={
            "university": (Message("university"), "高校", "高等院校", "大学"),
            "research_institute": (Message("research institute"), "科研院所", "科研机构"),
            "extension_station": (Message("extension station"), "推广机构", "农技推广机构"),
            "company": (Message("company"), "企业", "公司"),
            "other": (Message("other"), "其他", "其它"),
        },
        example="university",
    ),
    Column(
        "specialties",
        Message("specialties"),
        ("专业领域", "专业", "专业特长", "擅长领域", "specialty"),
        kind="choices",
        choices={code: (words, *_ALSO.get(code, ())) for code, words in SPECIALTIES.items()},
        hint=Message("several are separated by commas or semicolons"),
        example=("crops.rice", "crops.soil"),
    ),
    Column(
        "capacity",
        Message("capacity"),
        ("可服务乡镇数", "服务乡镇数", "服务上限", "最多乡镇数"),
        kind="integer",
        hint=Message("how many townships at the same time; 1 where it is left out"),
        example=1,
    ),
    Column(
        "phone",
        Message("phone"),
        ("电话", "手机", "联系电话", "手机号", "手机号码", "联系方式"),
        hint=Message("a masked one, as exported, leaves the stored one as it is"),
        example="13800000001",
    ),
    Column(
        "home_lon",
        Message("longitude of the home base"),
        ("常驻地经度", "经度", "lon", "lng", "longitude"),
        kind="number",
    ),
    Column(
        "home_lat",
        Message("latitude of the home base"),
        ("常驻地纬度", "纬度", "lat", "latitude"),
        kind="number",
    ),
    Column("retired_on", Message("retired on"), ("退出日期", "停用日期"), kind="date"),
    NOTE,
    DEMONSTRATION,
)
