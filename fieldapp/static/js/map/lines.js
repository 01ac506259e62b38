// Township lines drawn once: neighbours share an edge, and a dashed line drawn by both would look solid.

// Positions are rounded to the fourth place by the server, so a shared vertex is the same pair of whole
// numbers; an edge is named by the numbers of its two vertices, whichever way it is walked.
const VERTICES = 2 ** 26;

function edgeNames() {
  const numbers = new Map();
  const numberOf = ([lon, lat]) => {
    const place = Math.round((lon + 180) * 1e4) * 1e7 + Math.round((lat + 90) * 1e4);
    let number = numbers.get(place);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(place, number);
    }
    return number;
  };
  return (one, other) => {
    const a = numberOf(one);
    const b = numberOf(other);
    return a < b ? a * VERTICES + b : b * VERTICES + a;
  };
}

function ringsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

// Lines as [lat, lon] for Leaflet: {official, approximate}. An edge of one official boundary is official.
export function townshipLines(features) {
  const seen = new Set();
  const name = edgeNames();
  const lines = { official: [], approximate: [] };
  for (const quality of ["official", "approximate"]) {
    for (const feature of features) {
      if ((feature.properties.boundary_quality === "official") !== (quality === "official")) continue;
      for (const ring of ringsOf(feature.geometry)) trace(ring, name, seen, lines[quality]);
    }
  }
  return lines;
}

function trace(ring, name, seen, found) {
  let line = null;
  for (let i = 1; i < ring.length; i += 1) {
    const edge = name(ring[i - 1], ring[i]);
    if (seen.has(edge)) {
      line = null;
      continue;
    }
    seen.add(edge);
    if (!line) {
      line = [[ring[i - 1][1], ring[i - 1][0]]];
      found.push(line);
    }
    line.push([ring[i][1], ring[i][0]]);
  }
}
