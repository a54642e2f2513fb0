import { type } from "../../body/arktype.ts";
import { described } from "../described.ts";

export const Health = described(type({ status: "'ok'" }), "All is well.");
