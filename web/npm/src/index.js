// The package's door: what it offers, and nothing of how.

export { AwsError, EngineError, SandshiftError, SqlError } from "./errors.js";
export { Sandbox } from "./sandbox.js";
