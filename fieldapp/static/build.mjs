// Builds what browsers are sent into built/: our modules bundled, the libraries from npm copied, every
// file named by its content (so that it may be cached for ever) and compressed once, here.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "../../node_modules");
const out = join(here, "built");

const libraries = {
  "leaflet.js": "leaflet/dist/leaflet.js",
  "leaflet.css": "leaflet/dist/leaflet.css",
  "bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
};

async function bundled(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    target: "es2020",
    format: "iife",
    charset: "utf8",
    legalComments: "none",
    external: ["*.png", "*.svg", "*.woff2"],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return result.outputFiles[0].contents;
}

const withoutSourceMap = (text) => text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, "");

const files = new Map();
for (const [name, path] of Object.entries(libraries)) {
  files.set(name, Buffer.from(withoutSourceMap(readFileSync(join(modules, path), "utf8"))));
}
for (const folder of ["js", "css"]) {
  // A file at the top of its folder is an entry; what it imports lives in sub-folders.
  for (const entry of readdirSync(join(here, folder)).filter((name) => /\.(js|css)$/.test(name))) {
    files.set(entry, Buffer.from(await bundled(join(here, folder, entry))));
  }
}
for (const image of readdirSync(join(here, "img"))) {
  files.set(image, readFileSync(join(here, "img", image)));
}

// Written beside the old ones and swapped at the end: a server that runs meanwhile misses no file for long.
const draft = `${out}.draft`;
rmSync(draft, { recursive: true, force: true });
mkdirSync(draft);
const manifest = {};
for (const [name, content] of [...files].sort()) {
  const extension = extname(name);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const served = `${basename(name, extension)}.${digest}${extension}`;
  manifest[name] = served;
  writeFileSync(join(draft, served), content);
  if (/\.(js|css|svg|json|webmanifest)$/.test(name)) {
    writeFileSync(join(draft, `${served}.gz`), gzipSync(content, { level: 9 }));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    writeFileSync(join(draft, `${served}.br`), brotliCompressSync(content, { params: quality }));
  }
}
writeFileSync(join(draft, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
rmSync(out, { recursive: true, force: true });
renameSync(draft, out);
