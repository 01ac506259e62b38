// Township lines drawn once: neighbours share an edge, and a dashed line drawn by both would look solid.

// Positions are rounded to the fourth place by the server, so a shared vertex is the same text.
const key = (one, other) => {
  const a = `${one[0]},${one[1]}`;
  const b = `${other[0]},${other[1]}`;
  return a < b ? `${a} ${b}` : `${b} ${a}`;
};

function ringsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

// Lines as [lat, lon] for Leaflet: {official, approximate}. An edge of one official boundary is official.
export function townshipLines(features) {
  const seen = new Set();
  const lines = { official: [], approximate: [] };
  for (const quality of ["official", "approximate"]) {
    for (const feature of features) {
      if ((feature.properties.boundary_quality === "official") !== (quality === "official")) continue;
      for (const ring of ringsOf(feature.geometry)) trace(ring, seen, lines[quality]);
    }
  }
  return lines;
}

function trace(ring, seen, found) {
  let line = null;
  for (let i = 1; i < ring.length; i += 1) {
    const edge = key(ring[i - 1], ring[i]);
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
