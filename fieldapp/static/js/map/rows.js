// What is known of each township on a day: the coverage document joined with the places of the map.
import { make } from "./dom.js";
import { fullName, mapName } from "./names.js";
import { say } from "./words.js";

// Places and counties by their codes.
export const readGeometry = (shapes) => ({
  places: new Map(shapes.townships.features.map((feature) => [feature.properties.code, feature])),
  counties: new Map(shapes.counties.features.map((feature) => [feature.properties.code, feature.properties])),
});

export const joinedRows = (coverage, geometry) =>
  new Map(
    coverage.townships.map((row) => {
      const place = geometry.places.get(row.code);
      const county = geometry.counties.get(row.county_code);
      const pinyin = place?.properties.pinyin ?? row.name;
      const joined = {
        ...row,
        name: fullName(row.name, place?.properties.pinyin),
        label: mapName(row.name, place?.properties.pinyin),
        chinese: row.name,
        place: place?.properties ?? { neighbours: [] },
        pinyin,
        initials: place?.properties.initials ?? "",
        county: fullName(place?.properties.county ?? county?.name ?? row.county_code, county?.pinyin),
        countyPinyin: county?.pinyin ?? row.county_code,
      };
      joined.place = { ...joined.place, bounded: Boolean(place?.geometry) };
      return [row.code, joined];
    }),
  );

export function tooltipOf(row) {
  if (!row) return make("span");
  return make(
    "span",
    {},
    make("strong", { text: row.name }),
    make("span", { text: `${row.county} · ${say(`status_${row.status}`)}` }),
    row.commissioner ? make("span", { text: row.commissioner }) : null,
  );
}

export const labelsOf = (rows, geometry, { picture, shows, chosen }) => ({
  counties: [...geometry.counties.values()]
    .filter((county) => county.label)
    .map((county) => ({
      name: mapName(county.name, county.pinyin),
      at: L.latLng(county.label[1], county.label[0]),
    })),
  townships: [...rows.values()]
    .filter((row) => picture.has(row.code))
    .map((row) => ({
      name: row.label,
      at: picture.anchor(row.code),
      status: row.status,
      dimmed: !shows(row),
      chosen: row.code === chosen,
    })),
});
