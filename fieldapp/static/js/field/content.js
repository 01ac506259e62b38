// What a visit says, apart from what the server adds to it: the members of the body that is sent.
import { plainText } from "./text.js";

export const RESULTS = [
  "new_varieties",
  "new_technologies",
  "new_products",
  "problems_solved",
  "training_sessions",
  "farmers_trained",
  "households_helped",
  "cooperatives_helped",
  "demonstration_bases",
  "income_uplift_wan_yuan",
];

const FIX = ["lon", "lat", "accuracy_m", "captured_at", "mocked"];

export const MOST_PHOTOS = 9;

const noResults = () => Object.fromEntries(RESULTS.map((name) => [name, 0]));

const picked = (names, values) =>
  Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));

// The body of a visit out of the values of a form or of a server's document, every member in its place.
export function bodyOf(values) {
  return {
    township_code: values.township_code ?? "",
    started_at: values.started_at ?? null,
    ended_at: values.ended_at ?? null,
    mode: values.mode ?? "on_site",
    content: plainText(values.content),
    service_days: Number(values.service_days ?? 0),
    results: { ...noResults(), ...picked(RESULTS, values.results ?? {}) },
    fix: values.fix ? picked(FIX, values.fix) : null,
    no_fix_reason: values.fix ? null : plainText(values.no_fix_reason) || null,
    recorded_at: values.recorded_at ?? null,
    photos: [...(values.photos ?? [])],
  };
}

const instant = (text) => {
  const milliseconds = text === null || text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? (text ?? null) : milliseconds;
};

// Two spellings of one content give one value: instants as instants, numbers as numbers. When it was written down
// is no part of what it says.
function canonical(values) {
  const { recorded_at: _ignored, ...body } = bodyOf(values);
  const fix = body.fix && {
    lon: Number(body.fix.lon),
    lat: Number(body.fix.lat),
    accuracy_m: body.fix.accuracy_m === null ? null : Number(body.fix.accuracy_m),
    captured_at: instant(body.fix.captured_at),
    mocked: Boolean(body.fix.mocked),
  };
  return JSON.stringify({
    ...body,
    started_at: instant(body.started_at),
    ended_at: instant(body.ended_at),
    results: RESULTS.map((name) => Number(body.results[name])),
    fix,
  });
}

export const sameContent = (one, other) => canonical(one) === canonical(other);
