"""The small fixed trees of specialties (专业领域) and product categories, and how they answer each other."""

from __future__ import annotations

from geodata.errors import Message

# code -> words; a dot makes a child. Codes are stored, words are shown.
SPECIALTIES: dict[str, Message] = {
    "crops": Message("field crops"),
    "crops.rice": Message("rice"),
    "crops.maize": Message("maize"),
    "crops.soybean": Message("soybean"),
    "crops.potato": Message("potatoes and tubers"),
    "crops.protection": Message("plant protection"),
    "crops.soil": Message("soil and fertiliser"),
    "horticulture": Message("horticulture"),
    "horticulture.vegetables": Message("vegetables"),
    "horticulture.fruit": Message("fruit and berries"),
    "horticulture.medicinal": Message("medicinal herbs"),
    "fungi": Message("edible fungi"),
    "livestock": Message("livestock"),
    "livestock.cattle": Message("cattle and dairy"),
    "livestock.pigs": Message("pigs"),
    "livestock.poultry": Message("poultry"),
    "livestock.veterinary": Message("veterinary medicine"),
    "fisheries": Message("fisheries"),
    "forestry": Message("forestry and nuts"),
    "machinery": Message("farm machinery and facilities"),
    "processing": Message("food processing and storage"),
    "economy": Message("rural economy and e-commerce"),
    "tourism": Message("rural tourism"),
}

PRODUCT_CATEGORIES: dict[str, Message] = {
    "grain": Message("grain"),
    "soybean": Message("soybeans and oil crops"),
    "vegetables": Message("vegetables"),
    "fruit": Message("fruit"),
    "edible_fungi": Message("edible fungi"),
    "livestock": Message("livestock and poultry"),
    "fisheries": Message("aquatic products"),
    "nuts": Message("nuts"),
    "medicinal": Message("medicinal herbs"),
    "processed_food": Message("processed food"),
    "rural_tourism": Message("rural tourism"),
    "other": Message("other"),
}

# Which specialties answer a product category directly. The plan scores near ones from the tree as well.
FITTING: dict[str, tuple[str, ...]] = {
    "grain": ("crops.rice", "crops.maize", "crops.soil", "crops.protection"),
    "soybean": ("crops.soybean", "crops.soil"),
    "vegetables": ("horticulture.vegetables", "crops.protection"),
    "fruit": ("horticulture.fruit", "crops.protection"),
    "edible_fungi": ("fungi",),
    "livestock": ("livestock.cattle", "livestock.pigs", "livestock.poultry", "livestock.veterinary"),
    "fisheries": ("fisheries",),
    "nuts": ("forestry",),
    "medicinal": ("horticulture.medicinal", "forestry"),
    "processed_food": ("processing", "economy"),
    "rural_tourism": ("tourism", "economy"),
    "other": (),
}
