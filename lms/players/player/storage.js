// What an exercise keeps in the browser lasts as long as its page: nobody who comes to the same computer later finds it. Browsers
// that refuse storage to frames of another site would otherwise stop H5P, which asks for it before anything else.
"use strict";

for (const name of ["localStorage", "sessionStorage"]) {
  const kept = new Map();
  Object.defineProperty(window, name, {
    configurable: true,
    value: {
      getItem: (key) => kept.get(String(key)) ?? null,
      setItem: (key, value) => void kept.set(String(key), String(value)),
      removeItem: (key) => void kept.delete(String(key)),
      clear: () => kept.clear(),
      key: (index) => [...kept.keys()][index] ?? null,
      get length() {
        return kept.size;
      },
    },
  });
}
