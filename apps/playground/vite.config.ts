import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** In development the kit's packages are read from their sources, so a change is seen without a build. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@unsay/source", "module", "browser", "development|production"] },
  ssr: { resolve: { conditions: ["@unsay/source", "node", "development|production"], externalConditions: ["@unsay/source", "node"] } },
  build: { target: "es2023", rolldownOptions: { checks: { moduleLevelDirective: false } } },
});
