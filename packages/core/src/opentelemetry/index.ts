export { createOpenTelemetryExporter, type ExportTrace, type OpenTelemetryExporterOptions } from "./exporter.js";
