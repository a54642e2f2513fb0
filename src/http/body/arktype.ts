// It comes first, because it applies only to types that are made after it.
import "./arktype-config.ts";

export * from "arktype";
