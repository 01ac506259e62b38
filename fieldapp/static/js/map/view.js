// What is looked at: day, county, statuses, township. It lives in the address, so that every view has a
// link and the back button undoes one choice.

export const STATUSES = ["uncovered", "no_product", "unsigned", "dormant", "unverified", "covered"];

// A file opened from a disk may not be allowed an address of its own in every browser: the view works all
// the same, it only has no link.
function enter(to, how = "pushState") {
  try {
    history[how](null, "", to);
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
  }
}

export function openView(today, fixedDay, isDay) {
  const listeners = [];

  function read() {
    const query = new URLSearchParams(location.search);
    const asked = { day: query.get("as_of"), statuses: (query.get("status") ?? "").split(",") };
    return {
      day: fixedDay ?? (isDay(asked.day) ? asked.day : today),
      county: query.get("county") || null,
      statuses: new Set(asked.statuses.filter((status) => STATUSES.includes(status))),
      unknown: asked.statuses.find((status) => status && !STATUSES.includes(status)) ?? null,
      township: query.get("township") || null,
    };
  }

  function address(view) {
    const query = new URLSearchParams(location.search);
    const put = (name, value) => (value ? query.set(name, value) : query.delete(name));
    if (!fixedDay) put("as_of", view.day === today ? null : view.day);
    put("county", view.county);
    put("status", STATUSES.filter((status) => view.statuses.has(status)).join(","));
    put("township", view.township);
    const text = query.toString().replaceAll("%2C", ",");
    return text ? `?${text}` : location.pathname.split("/").pop() || location.pathname;
  }

  let current = read();

  function announce(previous) {
    for (const listener of listeners) listener(current, previous);
  }

  addEventListener("popstate", () => {
    const previous = current;
    current = read();
    announce(previous);
  });

  return {
    get: () => current,
    onChange: (listener) => listeners.push(listener),
    link: (changes) => address({ ...current, ...changes }),
    set(changes) {
      const previous = current;
      // A choice of statuses replaces whatever the address asked for in vain.
      current = { ...current, ...(changes.statuses ? { unknown: null } : {}), ...changes };
      const to = address(current);
      if (to !== address(previous)) enter(to);
      announce(previous);
    },
    // Back to the day whose figures stand on the screen, as another could not be had.
    keepDay(day) {
      current = { ...current, day };
      enter(address(current), "replaceState");
    },
    // Does this row of the coverage document pass the filter?
    shows: (row) =>
      (!current.county || row.county_code === current.county) &&
      (current.statuses.size === 0 || current.statuses.has(row.status)),
  };
}
