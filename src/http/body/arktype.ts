// First, since it counts only for types that are made after it.
import "./arktype-config.ts";

export * from "arktype";
