// Where a position lies among the townships, told from their boundaries alone. Geometry is GeoJSON in degrees.

const EARTH_M = 6_371_008;
const RADIANS = Math.PI / 180;

export function metresBetween(one, other) {
  const north = (other.lat - one.lat) * RADIANS;
  const east = (other.lon - one.lon) * RADIANS;
  const chord =
    Math.sin(north / 2) ** 2 +
    Math.cos(one.lat * RADIANS) * Math.cos(other.lat * RADIANS) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function polygonsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

function inRing({ lon, lat }, ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x, y] = ring[i];
    const [u, v] = ring[j];
    if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
  }
  return inside;
}

export const contains = (geometry, point) =>
  polygonsOf(geometry).some(
    ([outer, ...holes]) => inRing(point, outer) && !holes.some((hole) => inRing(point, hole)),
  );

// On the plane that touches the earth at the point: exact enough for the few kilometres that are asked about.
function metresToSegment(point, [x, y], [u, v]) {
  const scale = Math.cos(point.lat * RADIANS);
  const metres = (lon, lat) => [
    (lon - point.lon) * scale * RADIANS * EARTH_M,
    (lat - point.lat) * RADIANS * EARTH_M,
  ];
  const [ax, ay] = metres(x, y);
  const [bx, by] = metres(u, v);
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
  return Math.hypot(ax + along * dx, ay + along * dy);
}

// How far outside the geometry a point lies; 0 inside, Infinity where there is none.
export function metresOutside(geometry, point) {
  if (contains(geometry, point)) return 0;
  let nearest = Number.POSITIVE_INFINITY;
  for (const ring of polygonsOf(geometry).flat()) {
    for (let i = 1; i < ring.length; i++) {
      nearest = Math.min(nearest, metresToSegment(point, ring[i - 1], ring[i]));
    }
  }
  return nearest;
}

// The township of the list that the position lies in, or whose boundary may be so far off; null where none is.
export function townshipAt(townships, point) {
  const near = townships
    .map((township) => ({ township, outside: metresOutside(township.boundary, point) }))
    .filter(({ township, outside }) => outside <= Math.min(township.tolerance_m ?? 0, 5000))
    .sort((one, other) => one.outside - other.outside);
  return near[0]?.township ?? null;
}

export const servedOn = (township, day) =>
  township.terms.some((term) => term.starts_on <= day && day <= term.ends_on);
