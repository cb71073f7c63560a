import { defineConfig } from "vite";

// A path of its own, so that an absolute address shows. In development Vite bundles dependencies anew, away from the
// files beside them, unless they are left out.
export default defineConfig({ base: "./", optimizeDeps: { exclude: ["sandshift"] } });
